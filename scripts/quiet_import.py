"""TensorFlow's import without the remarks that it has for every program.

They come from C++, which writes them to file descriptor 2, in part before it
has read TF_CPP_MIN_LOG_LEVEL. So the descriptor is a pipe for as long as the
import lasts, and whoever reads it passes on what is no such remark, in order.
That is a process of its own: it passes on, too, what TensorFlow says when it
aborts, as on a processor that is too old for it, and is not kept from reading
while C++ holds Python's lock.

TensorFlow for CUDA says later, at its first session, that a machine has no GPU.
There it is made to say so while the import lasts. Where there is a GPU, neither
is done: what it says of that one's driver is worth knowing, and settings of the
session may yet hide it.
"""

import contextlib
import glob
import importlib.abc
import importlib.util
import os
import re
import signal
import sys

# What is only said at all where TensorFlow has not read its level yet: remarks
# and warnings in the form of glog, and the second line of one of them; of a
# GPU's libraries, that each was there already.
_NOISE = re.compile(
  rb"WARNING: All log messages before absl::InitializeLog\(\) "
  rb"|[IW]\d{4} [\d:.]+ +\d+ \S+:\d+\] "
  rb"|To enable the following instructions: "
  rb"|.*\] Unable to register cu\w+ (plugin )?factory: "
)
# And what TensorFlow for CUDA calls an error, where there is no GPU to be had.
_NOISE_WITHOUT_GPU = re.compile(
  _NOISE.pattern + rb"|.*\] failed call to cuInit: "
)
# The driver's files: on Linux, on Windows' Linux, on a Jetson.
_GPU_FILES = ("/dev/nvidia*", "/dev/dxg", "/dev/nvhost*")
# The cards that are there, whatever has become of a driver.
_PCI_VENDORS = "/sys/bus/pci/devices/*/vendor"
_NVIDIA = "0x10de"
_LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_ERRORS = "2"
# Whoever has chosen these asks for remarks and warnings.
_WORDY = ("0", "1")

_level_of_user = None


def quiet_tensorflow():
  """Has TensorFlow's C++ say errors alone, and its import no remarks.

  A log level that the user has set stays.
  """
  global _level_of_user
  _level_of_user = os.environ.get(_LOG_LEVEL)
  os.environ.setdefault(_LOG_LEVEL, _ERRORS)
  if _level_of_user not in _WORDY:
    sys.meta_path.insert(0, _FINDER)


def unquiet_tensorflow():
  """Takes `quiet_tensorflow` back, as far as it has not been imported yet."""
  if _level_of_user is None:
    os.environ.pop(_LOG_LEVEL, None)
  if _FINDER in sys.meta_path:
    sys.meta_path.remove(_FINDER)


class _Finder(importlib.abc.MetaPathFinder):
  """Finds TensorFlow where it is, and gives it a loader that is quiet."""

  def find_spec(self, name, path=None, target=None):
    """Returns a module's spec, or None of any other module."""
    del path, target
    if name != "tensorflow":
      return None
    sys.meta_path.remove(self)  # else it would find itself
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.loader is not None:
      load = spec.loader.exec_module

      def load_quietly(module):
        without_gpu = _level_of_user is None and not _may_use_gpu()
        with without_noise(_NOISE_WITHOUT_GPU if without_gpu else _NOISE):
          load(module)
          if without_gpu:
            _look_for_gpus(module)

      spec.loader.exec_module = load_quietly
    return spec


_FINDER = _Finder()


def _may_use_gpu():
  """Returns whether the machine has a GPU of NVIDIA's that is not hidden."""
  if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
    return False
  if any(map(glob.glob, _GPU_FILES)):
    return True
  for path in glob.glob(_PCI_VENDORS):
    with contextlib.suppress(OSError), open(path, encoding="ascii") as file:
      if file.read().strip() == _NVIDIA:
        return True
  return False


def _look_for_gpus(tensorflow):
  """Has TensorFlow find now that there is no GPU, which it says once."""
  # What is wrong with it is told where it is used.
  with contextlib.suppress(Exception):
    if tensorflow.test.is_built_with_cuda():
      tensorflow.config.experimental.list_physical_devices("GPU")


@contextlib.contextmanager
def without_noise(noise=_NOISE):
  """A context in which the known remarks to descriptor 2 go nowhere.

  Args:
    noise: pattern of the lines that are such remarks, of bytes.
  """
  try:
    stderr = os.dup(2)
  except OSError:  # It is closed.
    yield
    return
  reader, writer = os.pipe()
  pid = os.fork()
  if not pid:
    _pass_on(reader, writer, stderr, noise)
  os.close(reader)
  os.dup2(writer, 2)
  os.close(writer)
  try:
    yield
  finally:
    # Closes the pipe, which is what the reader waits for.
    os.dup2(stderr, 2)
    os.close(stderr)
    # Where a parent has had SIGCHLD ignored, the system waits for it itself.
    with contextlib.suppress(ChildProcessError):
      os.waitpid(pid, 0)


def _pass_on(reader, writer, stderr, noise):
  """Is the reader: passes on all lines that are no noise, to the end."""
  try:
    # A terminal sends them to all; this one ends behind the other.
    for number in (signal.SIGINT, signal.SIGTERM):
      signal.signal(number, signal.SIG_IGN)
    os.close(writer)
    with open(reader, "rb") as lines:
      for line in lines:
        if not noise.match(line):
          os.write(stderr, line)
  finally:
    os._exit(0)
