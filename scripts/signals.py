"""SIGINT and SIGTERM: a line at once, and an end that loses nothing.

The first signal is answered by a line, whatever the program is at. Then:

- Where nothing would be lost (it loads, downloads, builds a graph, evaluates,
  draws, waits), the exception `Stopped` ends the program where it is. Nobody
  has to ask for signals, so this reaches the code of others, such as a socket
  that waits. It is safe because a process may be killed at any instant anyway:
  a file appears by a rename, whole or not at all. C++ at work lets no exception
  through, and a destructor swallows it, so a process that is still there after
  some seconds is ended without one.
- Training has steps to lose, and pairs of changes that belong together, such as
  the exchange of weights and averages. It asks whether to stop after each run
  of steps, and where it asks (see `polled`) signals only set that wish.

A second signal ends the process at once. Before all that is set up, and after
it, an interrupt ends the process by a line, too (see `answer_interrupts`).

Python runs a handler between two bytecodes of the main thread, hence not during
a session.run. So what has to be at once is done by a thread: it reads from a
socket to which the interpreter writes a signal's number when it comes.
"""

import contextlib
import os
import signal
import socket
import sys
import threading
import time

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# A process that does not end by an exception is ended after these.
_GRACE_SECONDS = 5.0
# Wrappers such as timeout(1) send one wish twice: to the process, and to its
# group.
_ECHO_SECONDS = 0.2

_active = None


class Stopped(SystemExit, KeyboardInterrupt):
  """A signal ends the program, by the exit code that this carries.

  Whoever has caught KeyboardInterrupt for Ctrl-C catches it, too.
  """


def program_name():
  """Returns the program's name, with which its lines begin."""
  return os.path.splitext(os.path.basename(sys.argv[0]))[0]


def answer_interrupts():
  """Has SIGINT end the process by a line, where nobody else answers it."""
  if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _interrupted)


def _interrupted(number, frame):
  """Handles SIGINT where no more is set up."""
  del frame
  _say(program_name(), f"{signal.Signals(number).name}: stopping")
  raise Stopped(128 + number)


def _say(program, text):
  """Writes a program's line to the standard error."""
  if sys.__stderr__ is None:
    return
  with contextlib.suppress(OSError):
    stderr = sys.__stderr__.fileno()
    # Not into the line of a progress bar.
    start = "\n" if os.isatty(stderr) else ""
    # Not by `print`: the main thread may hold the stream's lock.
    os.write(stderr, f"{start}{program}: {text}\n".encode())


@contextlib.contextmanager
def watched(program, *, exit_code=0):
  """A context in which SIGINT and SIGTERM do as this module says.

  Before and after it they do what they did. A signal that is ignored stays so,
  as SIGINT is in a shell's background. Outside of the main thread, where Python
  knows no handlers, it changes nothing.

  Args:
    program: what its lines begin with.
    exit_code: the program's where a signal ends it; 0: 128 + the signal's
      number.
  """
  global _active
  if threading.current_thread() is not threading.main_thread():
    yield
    return
  _active = _Watch(program, exit_code)
  try:
    _active.start()
    yield
  finally:
    # None in the child of a fork.
    if _active is not None:
      _active.end()
      _active = None


@contextlib.contextmanager
def polled():
  """A context that yields a function `should_stop()`, to be asked repeatedly.

  It returns whether a signal has come. From the first time that it is asked to
  the context's end a signal raises nothing, and to end is left to the program.
  """
  watch = _active
  if watch is None:
    yield lambda: False
    return
  try:
    yield watch.should_stop
  finally:
    watch.is_polled = False


def exit_code():
  """Returns the program's exit code after the signal; 0 where none has come."""
  return _active.code(_active.received) if _active and _active.received else 0


class _Watch:
  """The handlers and the thread of `watched`, with its arguments.

  Attributes:
    received: the first signal's number, or 0.
    is_polled: whether signals only set the wish of `should_stop`.
  """

  def __init__(self, program, exit_code):
    self._program = program
    self._exit_code = exit_code
    self._previous = {}
    self._is_wish = False
    self.received = 0
    self.is_polled = False
    self._reader, self._writer = socket.socketpair()
    self._writer.setblocking(False)  # as set_wakeup_fd asks
    self._thread = threading.Thread(target=self._watch, daemon=True)
    self._thread.start()
    self._previous_fd = signal.set_wakeup_fd(self._writer.fileno())

  def start(self):
    """Handles the signals from now on."""
    for number in _SIGNALS:
      handler = signal.getsignal(number)
      if handler not in (signal.SIG_IGN, None):  # None: not Python's
        self._previous[number] = handler
        signal.signal(number, self._receive)

  def end(self):
    """Leaves everything as it was."""
    # Before the socket ends: Python would remark on a signal that it cannot
    # write there.
    signal.set_wakeup_fd(self._previous_fd)
    # Then the thread, whose signal would meet the handlers of before.
    self._writer.shutdown(socket.SHUT_WR)  # It reads the end.
    self._thread.join()
    self._restore_handlers()
    self._close()

  def end_in_child(self):
    """Likewise in a forked child, which has the sockets but no thread."""
    signal.set_wakeup_fd(self._previous_fd)
    self._restore_handlers()
    self._close()

  def should_stop(self):
    """Returns whether a signal has come; see `polled`."""
    self.is_polled = True
    return bool(self.received)

  def code(self, number):
    """Returns the exit code for a signal."""
    return self._exit_code or 128 + number

  def _restore_handlers(self):
    for number, handler in self._previous.items():
      signal.signal(number, handler)

  def _close(self):
    self._reader.close()
    self._writer.close()

  def _receive(self, number, frame):
    """Handles a signal in the main thread."""
    del frame
    if self.received:
      return  # The thread does the rest.
    self.received = number
    self._is_wish = self.is_polled
    if not self._is_wish:
      raise Stopped(self.code(number))

  def _watch(self):
    """Answers signals in a thread, until `end`."""
    number = self._next_signal(timeout=None)
    if number == 0:
      return
    _say(
      self._program,
      f"{signal.Signals(number).name}: stopping; a second signal exits at once",
    )
    start = time.monotonic()
    # It may have missed what the main thread waits in: it came to another
    # thread, or just before. This one comes back here as an echo, whenever the
    # main thread takes it: not while it waits for a disk, say.
    signal.pthread_kill(threading.main_thread().ident, number)
    is_echo_due = True
    while True:
      later = self._next_signal(timeout=_GRACE_SECONDS)
      if later == 0:
        return
      if later is None and not (self.is_polled or self._is_wish):
        os._exit(self.code(number))
      if later == number and is_echo_due:
        is_echo_due = False
      elif later and time.monotonic() - start > _ECHO_SECONDS:
        name = signal.Signals(later).name
        _say(self._program, f"{name} again: exiting at once")
        os._exit(self.code(later))

  def _next_signal(self, timeout):
    """Returns the next signal's number; 0 at the end; None after `timeout`."""
    self._reader.settimeout(timeout)
    while True:
      try:
        received = self._reader.recv(1)
      except socket.timeout:
        return None
      if not received:
        return 0
      if received[0] in _SIGNALS:  # A program may handle others, too.
        return received[0]


def _leave_signals_to_parent():
  global _active
  if _active is not None:
    _active.end_in_child()
    _active = None


# A child would write its own signals, such as those of a multiprocessing pool's
# end, to the parent's socket.
os.register_at_fork(after_in_child=_leave_signals_to_parent)
