"""What devices TensorFlow sees, without taking any of their memory.

`device_lib.list_local_devices()` and a session with default settings take all
memory of every GPU. Listing physical devices asks the driver alone.
"""

import glob
import os
from typing import List

from vae_graph.compat import tf

# Variables that decide what TensorFlow sees and does on a GPU.
_VARIABLES = (
  "CUDA_VISIBLE_DEVICES",
  "CUDA_DEVICE_ORDER",
  "TF_FORCE_GPU_ALLOW_GROWTH",
  "TF_GPU_ALLOCATOR",
  "TF_DETERMINISTIC_OPS",
  "TF_CUDNN_DETERMINISTIC",
  "TF_CUDNN_USE_AUTOTUNE",
  "TF_XLA_FLAGS",
  "TF_ENABLE_AUTO_MIXED_PRECISION",
  "NVIDIA_TF32_OVERRIDE",
)


def num_gpus():
  """Returns how many GPUs TensorFlow sees."""
  return len(_gpus())


def build():
  """Returns in words which TensorFlow this is, and what it was built for."""
  if tf.test.is_built_with_cuda():
    kind = f"built for CUDA{_cuda_version()}"
  elif tf.test.is_built_with_rocm():
    kind = "built for ROCm"
  else:
    kind = "built without GPU support"
  return f"TensorFlow {tf.__version__}, {kind}"


def what_to_check():
  """Returns in words why there may be no GPU, and what to do about it."""
  if "GPU support" in build():
    return "install a TensorFlow with GPU support, see docs/gpu.md"
  visible = os.environ.get("CUDA_VISIBLE_DEVICES")
  if visible is not None:
    return f"check CUDA_VISIBLE_DEVICES, which is {visible!r}"
  if not glob.glob("/dev/nvidia[0-9]*") and not os.path.exists("/dev/kfd"):
    return (
      "there is no /dev/nvidia*: check the driver (nvidia-smi), and that a"
      " container was given the GPU"
    )
  return (
    "check that its CUDA and cuDNN libraries can be loaded; with"
    " TF_CPP_MIN_LOG_LEVEL=0 it says which are missing"
  )


def describe_devices() -> List[str]:
  """Returns what TensorFlow sees, and what decides about it, as lines."""
  lines = [build()]
  gpus = _gpus()
  lines += [f"GPU {i}: {_details(gpu)}" for i, gpu in enumerate(gpus)]
  if not gpus:
    lines.append(f"no GPU; {what_to_check()}")
  lines += [
    f"environment: {name}={os.environ[name]}"
    for name in _VARIABLES
    if name in os.environ
  ]
  return lines


def _gpus():
  return tf.config.experimental.list_physical_devices("GPU")


def _cuda_version():
  get_build_info = getattr(tf.sysconfig, "get_build_info", None)
  version = get_build_info().get("cuda_version") if get_build_info else None
  return f" {version}" if version else ""


def _details(gpu):
  """Returns the model of a GPU, where this TensorFlow can tell."""
  get_details = getattr(tf.config.experimental, "get_device_details", None)
  details = get_details(gpu) if get_details else {}
  words = [details.get("device_name", gpu.name)]
  if details.get("compute_capability"):
    major, minor = details["compute_capability"]
    words.append(f"compute capability {major}.{minor}")
  return ", ".join(words)
