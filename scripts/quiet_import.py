"""TensorFlow's import without the remarks that it has for every program.

They come from C++, which writes them to file descriptor 2, in part before it
has read TF_CPP_MIN_LOG_LEVEL. So the descriptor is a pipe for as long as the
import lasts, and whoever reads it passes on what is no such remark, in order.
That is a process of its own: it passes on, too, what TensorFlow says when it
aborts, as on a processor that is too old for it, and is not kept from reading
while C++ holds Python's lock.
"""

import contextlib
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
        with without_noise():
          load(module)

      spec.loader.exec_module = load_quietly
    return spec


_FINDER = _Finder()


@contextlib.contextmanager
def without_noise():
  """A context in which the known remarks to descriptor 2 go nowhere."""
  try:
    stderr = os.dup(2)
  except OSError:  # It is closed.
    yield
    return
  reader, writer = os.pipe()
  pid = os.fork()
  if not pid:
    _pass_on(reader, writer, stderr)
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


def _pass_on(reader, writer, stderr):
  """Is the reader: passes on all lines that are no noise, to the end."""
  try:
    # A terminal sends them to all; this one ends behind the other.
    for number in (signal.SIGINT, signal.SIGTERM):
      signal.signal(number, signal.SIG_IGN)
    os.close(writer)
    with open(reader, "rb") as lines:
      for line in lines:
        if not _NOISE.match(line):
          os.write(stderr, line)
  finally:
    os._exit(0)
