"""From a frozen SessionConfig to the ConfigProto of a tf.Session."""

import dataclasses
import logging
import re
from typing import Optional

from vae_graph import commands, errors
from vae_graph.compat import tf
from vae_graph.config import SessionConfig
from vae_graph.config.session_presets import with_defaults
from vae_graph.runtime import devices

_LOGGER = logging.getLogger(__name__)
_GPU_SETTINGS = ("gpu", "gpu_shared", "multi_gpu")


def make_config_proto(
  session_config: SessionConfig, num_gpus: Optional[int] = None
) -> tf.ConfigProto:
  """Returns the `tf.ConfigProto` that a `SessionConfig` describes.

  Args:
    session_config: a `SessionConfig`.
    num_gpus: how many GPUs there are; by default as many as TensorFlow sees.

  Raises:
    ConfigError: its settings contradict each other.
    DeviceError: it asks for a device that is not there.
  """
  session_config = resolve_session(session_config, num_gpus)
  proto = tf.ConfigProto(
    intra_op_parallelism_threads=session_config.intra_op_threads,
    inter_op_parallelism_threads=session_config.inter_op_threads,
    allow_soft_placement=session_config.allow_soft_placement,
    log_device_placement=session_config.log_device_placement,
  )
  num_cpus = _num_cpus(session_config.tower_devices)
  if num_cpus > 1:
    proto.device_count["CPU"] = num_cpus
  optimizer = proto.graph_options.optimizer_options
  optimizer.global_jit_level = (
    tf.OptimizerOptions.ON_1
    if session_config.xla == "clusters"
    else tf.OptimizerOptions.OFF
  )
  if session_config.session == "cpu":
    proto.device_count["GPU"] = 0
    return proto
  if session_config.mixed_precision:
    rewrites = proto.graph_options.rewrite_options
    rewrites.auto_mixed_precision = type(rewrites).ON
  _set_gpu_options(proto.gpu_options, session_config, num_gpus)
  return proto


def resolve_session(
  session_config: SessionConfig, num_gpus: Optional[int] = None
) -> SessionConfig:
  """Fills in what the named setting and the machine decide.

  Args:
    session_config: a `SessionConfig`.
    num_gpus: as in `make_config_proto`. TensorFlow is asked only where the
      answer matters.

  Returns:
    A `SessionConfig` in which only the memory's bounds may be None. Resolved
    again, it stays as it is.

  Raises:
    ConfigError: its settings contradict each other.
    DeviceError: it asks for a device that is not there, and a CPU will not do.
  """
  session_config = dataclasses.replace(
    with_defaults(session_config),
    tower_devices=tuple(
      _device_name(name) for name in session_config.tower_devices
    ),
  )
  wishes = _gpu_wishes(session_config)
  towers = session_config.num_towers or len(session_config.tower_devices) or 1
  if session_config.session == "cpu":
    session_config, visible = _check_cpu(session_config, wishes), 0
  elif wishes or (towers > 1 and not session_config.tower_devices):
    total = devices.num_gpus() if num_gpus is None else num_gpus
    if wishes and not total:
      session_config, visible = _fall_back(session_config, wishes), 0
    else:
      visible = _check_visible(session_config.visible_devices, total)
  else:
    visible = 0
  names = _tower_devices(session_config, visible)
  return dataclasses.replace(
    session_config, num_towers=max(len(names), 1), tower_devices=names
  )


def _gpu_wishes(session_config):
  """Returns the settings that ask for a GPU, in words."""
  wishes = []
  if session_config.session in _GPU_SETTINGS:
    wishes.append(f"session {session_config.session}")
  wishes += [
    f"tower_devices {name}"
    for name in session_config.tower_devices
    if "gpu" in name
  ]
  if (
    session_config.session not in _GPU_SETTINGS
    and session_config.visible_devices
  ):
    wishes.append(f"visible_devices {_list(session_config.visible_devices)}")
  if session_config.mixed_precision:
    wishes.append("mixed_precision")
  return wishes


def _check_cpu(session_config, wishes):
  """Returns a configuration for the CPU, unless its wishes forbid that."""
  if not wishes:
    return session_config
  if session_config.allow_cpu_fallback:
    return _on_cpu(session_config)
  reason = ""
  if session_config.mixed_precision:
    reason = " (TensorFlow rewrites nothing to float16 on a CPU)"
  raise errors.ConfigError(
    f"session cpu excludes {' and '.join(wishes)}{reason}; choose another"
    " --session, or go on with the CPU by --allow_cpu_fallback"
  )


def _fall_back(session_config, wishes):
  """Returns the configuration for the CPU, if that is allowed."""
  found = f"{devices.build()}, sees none; {devices.what_to_check()}"
  wish = " and ".join(wishes)
  if session_config.allow_cpu_fallback:
    _LOGGER.warning("no GPU for %s, going on with the CPU: %s", wish, found)
    return _on_cpu(session_config)
  reason = ""
  if session_config.mixed_precision:
    reason = " (TensorFlow rewrites nothing to float16 without one)"
  raise errors.DeviceError(
    f"no GPU for {wish}{reason}: {found}; or go on with the CPU by"
    " --allow_cpu_fallback"
  )


def _on_cpu(session_config):
  return dataclasses.replace(
    session_config,
    session="cpu",
    visible_devices=(),
    tower_devices=tuple(
      name.replace("gpu", "cpu") for name in session_config.tower_devices
    ),
  )


def _check_visible(visible, total):
  """Returns how many GPUs will be visible."""
  if len(set(visible)) < len(visible):
    raise errors.ConfigError(
      f"visible_devices must be different GPUs, found {_list(visible)}"
    )
  missing = [number for number in visible if number >= total]
  if missing:
    command = commands.in_words_of_commands("python -m scripts.devices")
    raise errors.DeviceError(
      f"visible_devices names GPU {_list(missing)}, but TensorFlow sees {total}"
      f" (numbers from 0 to {total - 1}); `{command}` lists them"
    )
  return len(visible) or total


def _tower_devices(session_config, visible):
  """Returns the devices of the towers; none for a single tower anywhere."""
  names, wanted = session_config.tower_devices, session_config.num_towers
  if names:
    if wanted not in (None, len(names)):
      raise errors.ConfigError(
        f"num_towers is {wanted}, but tower_devices names {len(names)}:"
        f" {_list(names)}; give one of them, or as many devices as towers"
      )
    there = [f"gpu:{i}" for i in range(visible)]
    missing = [n for n in names if n.startswith("gpu") and n not in there]
    if missing:
      raise errors.DeviceError(
        f"tower_devices names {_list(missing)}, but with these settings"
        f" TensorFlow sees {_list(there) or 'no GPU'}; check visible_devices"
        " (--session=multi_gpu shows all GPUs)"
      )
    return names
  if wanted is None and session_config.session == "multi_gpu" and visible < 2:
    raise errors.DeviceError(
      "session multi_gpu makes a tower on each GPU, but TensorFlow sees only"
      f" {visible}; use session gpu, or num_towers=1"
    )
  if wanted is None and session_config.session == "multi_gpu":
    wanted = visible
  if wanted in (None, 1):
    return ()
  if not visible:
    return tuple(f"cpu:{i}" for i in range(wanted))
  if wanted > visible:
    raise errors.DeviceError(
      f"num_towers is {wanted}, but with session {session_config.session}"
      f" TensorFlow sees {visible}; check visible_devices (--session=multi_gpu"
      " shows all GPUs, --session=cpu divides the CPU)"
    )
  return tuple(f"gpu:{i}" for i in range(wanted))


def _device_name(text):
  """Returns the name of a device as `gpu:0`."""
  match = re.match(r"^/?(?:device:)?(cpu|gpu):(\d+)$", text.strip().lower())
  if not match:
    raise errors.ConfigError(
      f"tower_devices must be names such as gpu:0 or cpu:1, found {text!r}"
    )
  return f"{match.group(1)}:{int(match.group(2))}"


def _num_cpus(names):
  """Returns how many logical CPU devices the towers' devices ask for."""
  numbers = [int(name[4:]) for name in names if name.startswith("cpu")]
  return max(numbers, default=0) + 1


def _set_gpu_options(options, session_config, num_gpus):
  visible = session_config.visible_devices
  options.allow_growth = session_config.gpu_memory_growth
  options.visible_device_list = ",".join(str(number) for number in visible)
  if session_config.gpu_allocator == "bfc":
    options.allocator_type = "BFC"
  elif hasattr(options.experimental, "use_cuda_malloc_async"):
    options.experimental.use_cuda_malloc_async = True
  else:
    raise errors.ConfigError(
      f"gpu_allocator cuda_malloc_async is newer than TensorFlow"
      f" {tf.__version__}; use bfc"
    )
  if session_config.gpu_memory_fraction:
    options.per_process_gpu_memory_fraction = session_config.gpu_memory_fraction
  if session_config.gpu_memory_limit_mib:
    # TensorFlow knows limits in MiB for virtual devices alone: one on each GPU.
    total = devices.num_gpus() if num_gpus is None else num_gpus
    for _ in visible or range(total):
      options.experimental.virtual_devices.add(
        memory_limit_mb=[session_config.gpu_memory_limit_mib]
      )


def _list(items):
  return ", ".join(str(item) for item in items)
