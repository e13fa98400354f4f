import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from unittest import mock

from absl.testing import absltest

from tests.runs.run_test_case import RunTestCase
from tests.scripts.binary import environment
from vae_graph.runs import lock as lock_lib
from vae_graph.runs.lock import FolderLock

# Takes the lock, says so, and holds it until it is told to go on.
_HOLDER = """
import sys
from vae_graph.runs.lock import FolderLock
with FolderLock(sys.argv[1]):
  print("held", flush=True)
  sys.stdin.read()
"""

# Likewise, with a child, whose number it says, too.
_FORKED = """
import os, sys, time
from vae_graph.runs.lock import FolderLock
lock = FolderLock(sys.argv[1])
child = os.fork()
if not child:
  lock.release()  # As where an error leaves the `with` block.
  time.sleep(60)
  os._exit(0)
time.sleep(0.2)
print("held", child, flush=True)
sys.stdin.read()
"""


class LockTest(RunTestCase):
  def setUp(self):
    super().setUp()
    self.lock_path = os.path.join(self.path, "trainer.lock")
    self.enter_context(mock.patch.object(lock_lib, "_BEAT_SECONDS", 0.05))

  def _start(self, statements=_HOLDER):
    """Starts a process that holds the lock; returns it and what it has said."""
    process = subprocess.Popen(
      [sys.executable, "-c", statements, self.lock_path],
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      universal_newlines=True,
      env=environment(),
    )
    self.addCleanup(process.communicate)
    self.addCleanup(process.kill)
    said = process.stdout.readline().split()
    self.assertEqual(said[:1], ["held"])
    return process, said[1:]

  def _write_holder(self, **values):
    """Writes what a holder that has died would have left."""
    holder = dict(host="elsewhere", pid=7, started="2020-01-01 00:00:00+00:00")
    self.write("trainer.lock", json.dumps(dict(holder, **values)))

  def test_a_second_one_is_refused_in_one_line(self):
    process, _ = self._start()
    text = self.error_of(FolderLock, self.lock_path)
    self.assertRegex(
      text,
      f"^{self.path} is in training by process {process.pid} on \\S+ since"
      r" \d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d; wait until that ends,"
      " stop it, or choose another --logdir$",
    )
    process.communicate("")
    with FolderLock(self.lock_path):
      pass

  def test_within_one_process_too(self):
    with FolderLock(self.lock_path):
      text = self.error_of(FolderLock, self.lock_path)
      self.assertIn(f"by process {os.getpid()} on", text)
      self.assertTrue(os.path.exists(self.lock_path))

  def test_one_that_was_killed_blocks_nobody(self):
    process, _ = self._start()
    process.send_signal(signal.SIGKILL)
    process.wait()
    self.assertTrue(os.path.exists(self.lock_path))
    with mock.patch.object(
      FolderLock, "_watch", side_effect=AssertionError
    ), FolderLock(self.lock_path):
      holder = json.loads(self.read("trainer.lock"))
    self.assertEqual(holder["pid"], os.getpid())

  def test_a_child_has_no_part_in_it(self):
    process, (child,) = self._start(_FORKED)
    self.addCleanup(os.kill, int(child), signal.SIGKILL)
    self.assertIn("in training", self.error_of(FolderLock, self.lock_path))
    process.kill()
    process.wait()
    os.kill(int(child), 0)  # It lives.
    with FolderLock(self.lock_path):
      pass

  def test_a_process_of_the_number_of_a_dead_one_blocks_nobody(self):
    with FolderLock(self.lock_path):
      left = self.read("trainer.lock")
    self.write("trainer.lock", left)  # This process lives, and holds nothing.
    with FolderLock(self.lock_path):
      pass

  def test_of_many_at_once_one_wins(self):
    barrier = threading.Barrier(8)
    locks, refused = [], []

    def start():
      barrier.wait()
      try:
        locks.append(FolderLock(self.lock_path))
      except lock_lib.errors.RunDirectoryError as error:
        refused.append(error)

    for _ in range(20):
      del locks[:], refused[:]
      threads = [threading.Thread(target=start) for _ in range(8)]
      for thread in threads:
        thread.start()
      for thread in threads:
        thread.join()
      self.assertEqual((len(locks), len(refused)), (1, 7))
      locks[0].release()

  def test_one_may_begin_while_another_ends(self):
    failures = []

    def start_often():
      for _ in range(300):
        try:
          with FolderLock(self.lock_path) as held:
            held.check()
        except lock_lib.errors.RunDirectoryError as error:
          if " is in training by " not in str(error):
            failures.append(error)

    threads = [threading.Thread(target=start_often) for _ in range(4)]
    for thread in threads:
      thread.start()
    for thread in threads:
      thread.join()
    self.assertEmpty(failures)

  def test_nothing_is_left(self):
    with FolderLock(self.lock_path):
      self.assertEqual(os.listdir(self.path), ["trainer.lock"])
    self.assertFalse(os.path.exists(self.path))
    self.write("notes.txt", "mine")
    with FolderLock(self.lock_path):
      pass
    self.assertEqual(os.listdir(self.path), ["notes.txt"])

  def test_a_heart_that_beats_on_another_host(self):
    self._write_holder()
    ended = threading.Event()

    def beat():
      seconds = 10**9
      while not ended.wait(0.05):
        seconds -= 3600  # The clock there jumps back each time.
        os.utime(self.lock_path, (seconds, seconds))

    thread = threading.Thread(target=beat)
    thread.start()
    self.addCleanup(thread.join)
    self.addCleanup(ended.set)
    with self.assertLogs(level="WARNING"):
      text = self.error_of(FolderLock, self.lock_path)
    self.assertIn("by process 7 on elsewhere since 2020-01-01", text)
    self.assertIn("elsewhere", self.read("trainer.lock"))

  def test_a_heart_that_has_stopped_on_another_host(self):
    self._write_holder()
    later = 2**32  # The clock there was ahead.
    os.utime(self.lock_path, (later, later))
    with self.assertLogs(level="WARNING") as logs, FolderLock(self.lock_path):
      self.assertNotIn("elsewhere", self.read("trainer.lock"))
    self.assertIn("process 7 on elsewhere", logs.records[0].getMessage())

  def test_a_file_system_without_locks(self):
    no_locks = OSError(38, "Function not implemented")
    with mock.patch.object(lock_lib.fcntl, "flock", side_effect=no_locks):
      with FolderLock(self.lock_path), self.assertLogs(level="WARNING"):
        self.assertIn("in training", self.error_of(FolderLock, self.lock_path))

  def test_what_is_no_lock_of_ours(self):
    for content in ("", "[]", '{"pid"', "\xff", "[" * 10**5):
      self.write("trainer.lock", content)
      with FolderLock(self.lock_path):
        pass

  def test_a_folder_that_goes(self):
    with FolderLock(self.lock_path) as held:
      held.check()
      os.rename(self.path, self.path + "-moved")
      text = self.error_of(held.check)
      os.mkdir(self.path)
      self.write("trainer.lock", "another's")
      self.assertEqual(self.error_of(held.check), text)
    self.assertRegex(
      text, f"^{self.path} is no longer .* bring the folder back"
    )
    self.assertEqual(self.read("trainer.lock"), "another's")
    shutil.rmtree(self.path + "-moved")

  def test_folders_that_are_none(self):
    os.makedirs(os.path.dirname(self.path))
    os.symlink("nowhere", self.path)
    link = f"{self.path} is a link to nowhere, expected a folder; choose"
    self.assertIn(link, self.error_of(FolderLock, self.lock_path))
    os.remove(self.path)
    with open(self.path, "wb"):
      pass
    self.assertIn(
      f"{self.path} is a file, expected a folder; choose another --logdir",
      self.error_of(FolderLock, self.lock_path),
    )


if __name__ == "__main__":
  absltest.main()
