"""Runs the real binaries, as a user would."""

import os
import subprocess
import sys

# Small and quick, on the digits that come with the package.
SMALL = (
  "--dataset=mnist_10k",
  "--hidden_units=16",
  "--eval_every_epochs=0",
)


def run(*arguments, python=None, timeout=300):
  """Runs `python -m scripts.train` in a process of its own.

  Args:
    *arguments: flags.
    python: the interpreter; by default the one that runs the test.
    timeout: seconds.

  Returns:
    The `subprocess.CompletedProcess`, with text in stdout and stderr.
  """
  return subprocess.run(
    command(*arguments, python=python),
    capture_output=True,
    text=True,
    timeout=timeout,
    env=environment(),
  )


def command(*arguments, python=None):
  """Returns the argv of the binary."""
  return [python or sys.executable, "-m", "scripts.train", *arguments]


def environment():
  """Returns the environment, with the repository on Python's path."""
  root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
  return dict(os.environ, PYTHONPATH=os.path.abspath(root))
