"""A full disk for a test that cannot mount a small one: a file-size limit."""

import contextlib
import resource
import signal


@contextlib.contextmanager
def file_size_limit(size):
  """Lets no file of this process grow beyond a size, in bytes.

  Whoever writes further gets an OSError, "File too large", with as much on disk
  as fits; so does a full disk.
  """
  soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
  # Else the signal would end the process.
  previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
  resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
  try:
    yield
  finally:
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, previous)
