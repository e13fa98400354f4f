"""The session hook that knows whether the run's folder is still its own."""

from vae_graph.compat import tf


class LockHook(tf.train.SessionRunHook):
  """Ends training where the folder has gone, or another is in its place.

  Else the next checkpoint would make it anew, with nothing else in it.

  Args:
    lock: the `FolderLock` that training holds.
  """

  def __init__(self, lock):
    self._lock = lock

  def after_run(self, run_context, run_values):
    """Raises a RunDirectoryError; see `FolderLock.check`."""
    del run_context, run_values
    self._lock.check()
