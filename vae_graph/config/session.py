"""The settings of a tf.Session, and of the devices that share the work.

This module needs no TensorFlow. session_presets.py says what a named setting
stands for, runtime/sessions.py makes a `tf.ConfigProto` of the whole.
"""

import dataclasses
from typing import Optional, Tuple

from vae_graph import errors
from vae_graph.config.fields import Config, field


@dataclasses.dataclass(frozen=True)
class SessionConfig(Config):
  """Settings of the tf.Session, and which devices share the work.

  None means that the named setting, `session`, decides; session_presets.py has
  the table. All but `mixed_precision` may change when a run is resumed: the
  number of towers too, because towers train on the same batches with the same
  noise, so that results differ by rounding alone.
  """

  session: str = field(
    "auto",
    "Named setting; each other flag overrides its part of it. auto: a GPU where"
    " there is one. cpu: no GPU is touched. gpu: one GPU, all of it."
    " gpu_shared: one GPU, its memory taken as needed. multi_gpu: a tower on"
    " each GPU. debug: one thread, deterministic, with the placement log.",
    choices=("auto", "cpu", "gpu", "gpu_shared", "multi_gpu", "debug"),
    may_change=True,
  )
  allow_cpu_fallback: bool = field(
    False,
    "Go on with the CPU where a GPU is asked for and there is none.",
    may_change=True,
  )
  visible_devices: Optional[Tuple[int, ...]] = field(
    None,
    "GPUs to use, by TensorFlow's number, comma-separated; the first of them is"
    " then gpu:0. Empty: all.",
    at_least=0,
    may_change=True,
  )
  gpu_memory_growth: Optional[bool] = field(
    None,
    "Take GPU memory as it is needed rather than all at the start.",
    may_change=True,
  )
  gpu_memory_fraction: Optional[float] = field(
    None,
    "Share of each GPU's memory to use at most.",
    above=0,
    at_most=1,
    may_change=True,
  )
  gpu_memory_limit_mib: Optional[int] = field(
    None,
    "MiB of each GPU's memory to use at most, instead of a fraction.",
    at_least=1,
    may_change=True,
  )
  gpu_allocator: Optional[str] = field(
    None,
    "bfc: TensorFlow's own allocator. cuda_malloc_async: CUDA's, which returns"
    " memory to others (TensorFlow 2, and NVIDIA's 1.15).",
    choices=("bfc", "cuda_malloc_async"),
    may_change=True,
  )
  allow_soft_placement: Optional[bool] = field(
    None,
    "Run an op on the CPU where its device has no kernel for it.",
    may_change=True,
  )
  log_device_placement: Optional[bool] = field(
    None, "Print the device of every op of the graph.", may_change=True
  )
  intra_op_threads: Optional[int] = field(
    None,
    "Threads within an op; 0: TensorFlow decides.",
    at_least=0,
    may_change=True,
  )
  inter_op_threads: Optional[int] = field(
    None,
    "Threads across ops; 0: TensorFlow decides.",
    at_least=0,
    may_change=True,
  )
  xla: str = field(
    "off",
    "off, or clusters: XLA compiles clusters of ops (global_jit_level), on"
    " GPUs, unless TF_XLA_FLAGS asks for CPUs too.",
    choices=("off", "clusters"),
    may_change=True,
  )
  mixed_precision: bool = field(
    False,
    "Compute in float16 where it is safe, with loss scaling, by TensorFlow's"
    " graph rewrite; it does so on GPUs alone.",
  )
  deterministic: Optional[bool] = field(
    None,
    "Choose GPU kernels whose results repeat bit for bit, at a cost in speed.",
    may_change=True,
  )
  num_towers: Optional[int] = field(
    None,
    "Devices between which each batch is divided; it must divide --batch_size.",
    at_least=1,
    may_change=True,
  )
  tower_devices: Tuple[str, ...] = field(
    (),
    "Devices of the towers, such as gpu:0,gpu:1; by default the first visible"
    " GPUs, and where there are none that many logical CPU devices.",
    may_change=True,
  )
  variable_device: Optional[str] = field(
    None,
    "Where towers keep the variables and average the gradients; first_tower: on"
    " the first tower's device.",
    choices=("cpu", "first_tower"),
    may_change=True,
  )

  def __post_init__(self):
    super().__post_init__()
    if self.gpu_memory_fraction and self.gpu_memory_limit_mib:
      raise errors.ConfigError(
        f"gpu_memory_limit_mib ({self.gpu_memory_limit_mib}) stands beside"
        f" gpu_memory_fraction ({self.gpu_memory_fraction:g}); give one of them"
      )
    if self.deterministic and self.gpu_allocator == "cuda_malloc_async":
      raise errors.ConfigError(
        "gpu_allocator cuda_malloc_async stands beside deterministic, which"
        " needs bfc; give one of them"
      )
