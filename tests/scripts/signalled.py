"""Real processes that get a signal while they are in a phase of their work."""

import os
import signal
import tempfile
import time
import typing

from tests.scripts import binary, warm_python

_POLL_SECONDS = 0.02


class Ended(typing.NamedTuple):
  """How a process ended.

  code: its exit code, or -n where signal n ended it.
  stdout, stderr: what it printed.
  said_after: seconds from the first signal to a line that says stopping.
  ended_after: seconds from the last signal to the end.
  """

  code: int
  stdout: str
  stderr: str
  said_after: float
  ended_after: float


def signalled(
  *arguments,
  phase,
  program="scripts.train",
  number=signal.SIGTERM,
  twice=False,
  timeout=300,
  **variables,
):
  """Runs a program, and sends it a signal.

  Args:
    *arguments: flags.
    phase: function of what it has printed to stdout so far; True where the
      signal is to be sent.
    program: its module.
    number: of the signal.
    twice: whether to send another one when it has said that it stops.
    timeout: seconds for each wait.
    **variables: of the environment, beside those of the test's.

  Returns:
    An `Ended`.
  """
  with tempfile.TemporaryDirectory() as folder:
    started = warm_python.Started(
      program, arguments, dict(binary.environment(), **variables), folder
    )
    try:
      _wait(lambda: phase(started.stdout()), started, timeout)
      sent = time.monotonic()
      os.kill(started.pid, number)
      _wait(lambda: ": stopping" in started.stderr(), started, timeout)
      said_after = time.monotonic() - sent
      if twice:
        time.sleep(0.3)  # Sooner, it is an echo of the first one.
        sent = time.monotonic()
        os.kill(started.pid, number)
      code = started.wait(timeout)
      ended_after = time.monotonic() - sent
      return Ended(
        code, started.stdout(), started.stderr(), said_after, ended_after
      )
    finally:
      if not started.has_ended():
        os.kill(started.pid, signal.SIGKILL)
      started.wait(timeout)


def _wait(condition, started, timeout):
  """Waits until a condition is true; raises where it cannot come true."""
  end = time.monotonic() + timeout
  while not condition():
    if started.has_ended() or time.monotonic() > end:
      raise AssertionError(f"it never came so far: {started.stderr()}")
    time.sleep(_POLL_SECONDS)
