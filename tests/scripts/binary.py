"""Runs the real binaries, as a user would."""

import os
import subprocess
import sys

from tests.scripts import warm_python

# Small and quick, on the digits that come with the package.
SMALL = (
  "--dataset=mnist_10k",
  "--hidden_units=16",
  "--eval_every_epochs=0",
)


def run(*arguments, binary="scripts.train", timeout=300, **variables):
  """Runs a binary, without the wait for TensorFlow's import.

  Args:
    *arguments: flags.
    binary: its module.
    timeout: seconds.
    **variables: of the environment, beside those of the test's.

  Returns:
    The `subprocess.CompletedProcess`, with text in stdout and stderr.
  """
  return warm_python.run(
    binary, arguments, dict(environment(), **variables), timeout
  )


def run_process(
  *arguments, binary="scripts.train", python=None, timeout=300, **variables
):
  """Runs a binary in a process that starts afresh; see `run`.

  Args:
    *arguments: flags.
    binary: its module.
    python: the interpreter; by default the one that runs the test.
    timeout: seconds.
    **variables: of the environment, beside those of the test's.

  Returns:
    The `subprocess.CompletedProcess`, with text in stdout and stderr.
  """
  return subprocess.run(
    command(*arguments, binary=binary, python=python),
    capture_output=True,
    text=True,
    timeout=timeout,
    env=dict(environment(), **variables),
  )


def command(*arguments, binary="scripts.train", python=None):
  """Returns the argv of a binary."""
  return [python or sys.executable, "-m", binary, *arguments]


def environment():
  """Returns the environment, with the repository on Python's path."""
  root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
  return dict(os.environ, PYTHONPATH=os.path.abspath(root))
