"""A binary that is killed at some moment.

    python -m tests.reliability.killed LOGDIR STEP SECONDS BINARY FLAGS

runs a binary, and kills it (SIGKILL) so many seconds after the run in LOGDIR
has a checkpoint of the global step or of a later one.
"""

import importlib
import os
import re
import signal
import sys
import time


def _kill(parent, logdir, step, seconds):
  """Waits for the step, and kills the parent unless it has ended."""
  while _last_step(logdir) < step:
    if os.getppid() != parent:
      return
    time.sleep(0.002)
  time.sleep(seconds)
  if os.getppid() == parent:
    os.kill(parent, signal.SIGKILL)


def _last_step(logdir):
  """Returns the global step of a run's latest checkpoint, or -1."""
  try:
    names = os.listdir(logdir)
  except OSError:
    return -1
  found = [re.fullmatch(r"model\.ckpt-(\d+)\.index", name) for name in names]
  return max([int(each.group(1)) for each in found if each], default=-1)


if __name__ == "__main__":
  _, _logdir, _step, _seconds, _binary, *sys.argv[1:] = sys.argv
  _parent = os.getpid()
  # The killer is a process of its own: no lock of the interpreter's holds it
  # back, so that the kill comes at any instruction.
  if not os.fork():
    _kill(_parent, _logdir, int(_step), float(_seconds))
    os._exit(0)
  from scripts import app

  app.run(importlib.import_module(_binary).main)
