"""What the named settings of a session stand for.

This module needs no TensorFlow, so that a binary can set the environment
variables that go with its settings before TensorFlow starts.
"""

import dataclasses
from typing import Any, Dict

_DEFAULTS = dict(
  visible_devices=(),
  gpu_memory_growth=True,
  gpu_allocator="bfc",
  allow_soft_placement=True,
  log_device_placement=False,
  intra_op_threads=0,
  inter_op_threads=0,
  deterministic=False,
  variable_device="first_tower",
)

# Where a named setting differs from the defaults.
_SETTINGS = {
  "auto": {},
  "cpu": {},
  # Whoever owns the GPU takes all of its memory at once: it does not fragment,
  # and want of memory shows at the start. Of several GPUs the first alone, for
  # TensorFlow would take the memory of those that it leaves idle, too.
  "gpu": dict(visible_devices=(0,), gpu_memory_growth=False),
  "gpu_shared": dict(visible_devices=(0,)),
  # Variables on the CPU suit GPUs that reach each other across PCIe.
  "multi_gpu": dict(gpu_memory_growth=False, variable_device="cpu"),
  # One thread, so that ops run in one order; an op that cannot run where it was
  # put is an error rather than moved.
  "debug": dict(
    allow_soft_placement=False,
    log_device_placement=True,
    intra_op_threads=1,
    inter_op_threads=1,
    deterministic=True,
  ),
}


def with_defaults(config):
  """Fills in what the named setting decides, whatever the machine.

  Args:
    config: a `SessionConfig`.

  Returns:
    A `SessionConfig` in which only the memory's bounds and the number of towers
    may still be None.
  """
  decided = dict(_DEFAULTS, **_SETTINGS[config.session])
  if config.gpu_allocator == "cuda_malloc_async":
    decided["deterministic"] = False
  return dataclasses.replace(
    config,
    **{
      name: value
      for name, value in decided.items()
      if getattr(config, name) is None
    },
  )


def session_environment(config: Any) -> Dict[str, str]:
  """Returns the environment variables that go with a session's settings.

  TensorFlow reads them when it starts its GPUs, and offers no other way that
  works from 1.15 on. They concern the whole process, so a program sets them, on
  request, and this library never does.

  Args:
    config: a `SessionConfig`.

  Returns:
    A dict for `os.environ.update`, before TensorFlow's first session.
  """
  config = with_defaults(config)
  variables = {}
  if config.session == "cpu":
    # TensorFlow 1.15 opens its XLA devices on every GPU that it can see,
    # whatever the ConfigProto says.
    variables["CUDA_VISIBLE_DEVICES"] = "-1"
  if config.deterministic:
    variables["TF_DETERMINISTIC_OPS"] = "1"
    variables["TF_CUDNN_DETERMINISTIC"] = "1"
    # Autotuning picks the kernels that happened to be fastest.
    variables["TF_CUDNN_USE_AUTOTUNE"] = "0"
  return variables
