"""A binary that is killed while it moves a file into its place.

    python -m tests.reliability.killed_in_saving CALL BINARY FLAGS

runs a binary, and kills it (SIGKILL) at that call of `os.replace`, from 1. Each
file of a checkpoint is moved so, and each small file of a run.
"""

import importlib
import itertools
import os
import signal
import sys
from unittest import mock

if __name__ == "__main__":
  _, _last, _binary, *sys.argv[1:] = sys.argv
  _calls = itertools.count(1)
  _replace = os.replace

  def _replace_or_die(*args, **kwargs):
    if next(_calls) == int(_last):
      os.kill(os.getpid(), signal.SIGKILL)
    return _replace(*args, **kwargs)

  from scripts import app

  with mock.patch.object(os, "replace", _replace_or_die):
    app.run(importlib.import_module(_binary).main)
