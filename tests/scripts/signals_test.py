import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading

from absl.testing import absltest, parameterized

from scripts import signals
from tests.scripts.binary import environment

NUMBERS = (signal.SIGINT, signal.SIGTERM)


def handlers():
  return [signal.getsignal(number) for number in NUMBERS]


def run(statements):
  """Runs Python in a process of its own, where `watched` would end ours."""
  imports = "import os, signal, sys, time\nfrom scripts import signals\n"
  return subprocess.run(
    [sys.executable, "-c", imports + textwrap.dedent(statements)],
    capture_output=True,
    text=True,
    timeout=60,
    env=environment(),
  )


class SignalsTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    # A shell has what is in its background ignore it.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    self.addCleanup(signal.signal, signal.SIGINT, previous)

  @parameterized.product(number=NUMBERS, exit_code=(0, 42))
  def test_a_signal_ends_what_goes_on(self, number, exit_code):
    before = handlers()
    with self.assertRaises(SystemExit) as caught:
      with signals.watched("ours", exit_code=exit_code):
        os.kill(os.getpid(), number)
        self.fail("it goes on")
    self.assertEqual(caught.exception.code, exit_code or 128 + number)
    self.assertEqual(handlers(), before)

  def test_it_is_an_interrupt_to_who_waits_for_one(self):
    with signals.watched("ours"):
      with self.assertRaises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)

  def test_where_it_is_polled_it_is_a_wish(self):
    with self.assertRaises(SystemExit), signals.watched("ours"):
      with signals.polled() as should_stop:
        self.assertFalse(should_stop())
        os.kill(os.getpid(), signal.SIGTERM)
        self.assertTrue(should_stop())
        self.assertEqual(signals.exit_code(), 143)
      sys.exit()
    with signals.watched("ours"), signals.polled() as should_stop:
      self.assertFalse(should_stop())

  def test_until_it_is_polled_it_is_none(self):
    with self.assertRaises(SystemExit):
      with signals.watched("ours"), signals.polled():
        os.kill(os.getpid(), signal.SIGTERM)
        self.fail("it goes on")

  def test_all_is_as_before_when_nothing_came(self):
    before = handlers()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    threads = threading.active_count()
    with signals.watched("ours"):
      self.assertNotEqual(handlers(), before)
    self.assertEqual(handlers(), before)
    self.assertEqual(signal.set_wakeup_fd(-1), writer)
    self.assertEqual(threading.active_count(), threads)
    os.close(reader)
    os.close(writer)

  def test_what_is_ignored_stays_so(self):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with signals.watched("ours"):
      os.kill(os.getpid(), signal.SIGINT)

  def test_outside_of_the_main_thread(self):
    ended = []

    def work():
      with signals.watched("ours"), signals.polled() as should_stop:
        ended.append(should_stop())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    self.assertEqual(ended, [False])

  def test_who_is_not_watched_is_not_stopped(self):
    with signals.polled() as should_stop:
      self.assertFalse(should_stop())
    self.assertEqual(signals.exit_code(), 0)

  def test_an_echo_is_no_second_signal(self):
    result = run("""
        with signals.watched("ours"), signals.polled() as should_stop:
          should_stop()
          os.kill(os.getpid(), signal.SIGTERM)
          os.kill(os.getpid(), signal.SIGTERM)
          time.sleep(1)
          print("goes on")
    """)
    self.assertEqual(result.stdout, "goes on\n")
    self.assertEqual(
      result.stderr,
      "ours: SIGTERM: stopping; a second signal exits at once\n",
    )
    self.assertEqual(result.returncode, 0)

  def test_an_echo_may_be_late(self):
    # As where the main thread waits for a slow disk.
    result = run("""
        with signals.watched("ours"), signals.polled() as should_stop:
          should_stop()
          os.kill(os.getpid(), signal.SIGTERM)
          signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
          time.sleep(0.5)
          signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
          time.sleep(0.5)
          print("goes on", flush=True)
          os.kill(os.getpid(), signal.SIGTERM)
          time.sleep(30)
    """)
    self.assertEqual(result.stdout, "goes on\n")
    self.assertEndsWith(result.stderr, "ours: SIGTERM again: exiting at once\n")
    self.assertEqual(result.returncode, 143)

  def test_an_echo_may_come_when_all_is_over(self):
    result = run("""
        from unittest import mock
        real = signal.pthread_kill
        def late(*args):
          time.sleep(0.3)
          real(*args)
        with mock.patch.object(signal, "pthread_kill", late):
          with signals.watched("ours"):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(30)
    """)
    self.assertEqual(
      result.stderr, "ours: SIGTERM: stopping; a second signal exits at once\n"
    )
    self.assertEqual(result.returncode, 143)

  def test_a_second_signal_ends_at_once(self):
    result = run("""
        with signals.watched("ours"), signals.polled() as should_stop:
          should_stop()
          os.kill(os.getpid(), signal.SIGTERM)
          time.sleep(0.5)
          os.kill(os.getpid(), signal.SIGINT)
          time.sleep(30)
    """)
    self.assertEndsWith(result.stderr, "ours: SIGINT again: exiting at once\n")
    self.assertEqual(result.returncode, 130)

  def test_who_swallows_the_exception_is_ended(self):
    result = run("""
        signals._GRACE_SECONDS = 0.5
        with signals.watched("ours"):
          try:
            os.kill(os.getpid(), signal.SIGTERM)
          except BaseException:
            time.sleep(30)
    """)
    self.assertEqual(result.returncode, 143)

  def test_who_has_polled_ends_when_it_likes(self):
    result = run("""
        signals._GRACE_SECONDS = 0.3
        with signals.watched("ours"):
          with signals.polled() as should_stop:
            while not should_stop():
              os.kill(os.getpid(), signal.SIGTERM)
          time.sleep(1)
          print("goes on")
          sys.exit(signals.exit_code())
    """)
    self.assertEqual(result.stdout, "goes on\n")
    self.assertEqual(result.returncode, 143)

  def test_the_signals_of_a_child_are_its_own(self):
    result = run("""
        with signals.watched("ours"):
          pid = os.fork()
          if not pid:
            time.sleep(30)
          time.sleep(0.5)
          os.kill(pid, signal.SIGTERM)
          print(os.WTERMSIG(os.waitpid(pid, 0)[1]))
          time.sleep(0.5)
    """)
    self.assertEqual((result.stdout, result.stderr), ("15\n", ""))
    self.assertEqual(result.returncode, 0)

  def test_an_interrupt_where_nothing_is_watched(self):
    result = run("""
        signals.answer_interrupts()
        with signals.watched("ours"):
          pass
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(30)
    """)
    self.assertEqual(result.stderr, "-c: SIGINT: stopping\n")
    self.assertEqual(result.returncode, 130)

  def test_the_interrupts_of_a_program_are_its_own(self):
    result = run("""
        signal.signal(signal.SIGINT, lambda *_: print("mine", flush=True))
        signals.answer_interrupts()
        os.kill(os.getpid(), signal.SIGINT)
    """)
    self.assertEqual((result.stdout, result.stderr), ("mine\n", ""))

  def test_an_interrupt_among_the_first_imports(self):
    with tempfile.TemporaryDirectory() as folder:
      # What every binary imports next, standing in for all that takes long.
      path = os.path.join(folder, "tqdm.py")
      with open(path, "w", encoding="utf-8") as file:
        file.write(
          "import os, signal, time; os.kill(os.getpid(), signal.SIGINT);"
          " time.sleep(30)"
        )
      path = os.pathsep.join([folder, environment()["PYTHONPATH"]])
      result = subprocess.run(
        [sys.executable, "-m", "scripts.evaluate"],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        env=dict(environment(), PYTHONPATH=path),
        preexec_fn=lambda: signal.signal(
          signal.SIGINT, signal.default_int_handler
        ),
      )
    self.assertEqual(result.stderr, "evaluate: SIGINT: stopping\n")
    self.assertEqual(result.returncode, 130)

  def test_a_standard_error_that_is_closed(self):
    result = run("""
        os.close(2)
        with signals.watched("ours"):
          os.kill(os.getpid(), signal.SIGTERM)
    """)
    self.assertEqual(result.returncode, 143)


if __name__ == "__main__":
  absltest.main()
