"""TensorFlow does not outlive a fork: its threads are not in the new process.

A session there would wait for them without end, so it is refused.
"""

import os

from vae_graph import errors

# The process that first used TensorFlow; those forked from it inherit this.
_first = None


def use_tensorflow(what):
  """Checks that this process may use TensorFlow, which it then has done.

  Args:
    what: what is about to use it, for the message.

  Raises:
    ProcessError: it was forked from a process that has used TensorFlow.
  """
  global _first
  _first = _first or os.getpid()
  if _first != os.getpid():
    raise errors.ProcessError(
      f"{what}: this process, {os.getpid()}, was forked from process {_first},"
      " which has used TensorFlow already and whose threads are not here; start"
      ' processes by multiprocessing.get_context("spawn"), and let each make'
      " what it needs"
    )


def may_use_tensorflow():
  """Returns whether `use_tensorflow` would pass."""
  return _first in (None, os.getpid())
