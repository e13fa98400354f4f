"""The lock on a run's folder: one trainer at a time, whoever dies how.

The kernel holds the lock (`flock`) and lets go of it when its process ends, be
it killed; so nothing that is left behind blocks a rerun on the same host. Where
a file system does not tell one host of another's locks, the file's heartbeat
does: its holder touches it every few seconds, and whoever finds it watches
whether that goes on. No clock is compared with another.
"""

import contextlib
import datetime
import fcntl
import itertools
import logging
import os
import socket
import threading
import time
import weakref

from vae_graph import errors, files
from vae_graph.runs import json_files

_LOGGER = logging.getLogger(__name__)
_BEAT_SECONDS = 5.0
# A holder that is swapped out, or moved to another machine, is silent for some
# of them.
_BEATS_MISSED = 6
# In /proc, say, there is a folder, and no file can be made.
_MOST_ATTEMPTS = 100
# Of the file; it has a hundred.
_MOST_BYTES = 4096

_held: "weakref.WeakSet[FolderLock]" = weakref.WeakSet()


class FolderLock:
  """The lock that a process holds on a folder, until `release`.

  Args:
    path: of the lock's file, whose folder is made if it is missing.

  Raises:
    RunDirectoryError: another process holds it, or the folder cannot be made or
      written.
  """

  def __init__(self, path):
    self._path = path
    self._folder = os.path.dirname(path)
    self._is_mine = False
    try:
      self._file = self._acquire()
    except OSError as error:
      raise json_files.unwritable(
        self._folder, error, or_else=json_files.ANOTHER_FOLDER
      ) from error
    _held.add(self)
    self._ended = threading.Event()
    self._thread = threading.Thread(target=self._beat, daemon=True)
    self._thread.start()

  def __enter__(self):
    return self

  def __exit__(self, *exc_info):
    self.release()

  def check(self):
    """Checks that the folder is still the one that was locked.

    Raises:
      RunDirectoryError: the folder, or the lock's file in it, has gone or is
        another one.
    """
    if not _is_at(self._file, self._path):
      raise errors.RunDirectoryError(
        f"{self._folder} is no longer the folder that this training has locked"
        f" ({os.path.basename(self._path)} has gone); bring the folder back,"
        " and the same command goes on from its last checkpoint"
      )

  def release(self):
    """Ends the lock; a folder that was made for it and is empty goes, too."""
    self._ended.set()
    self._thread.join()
    # Before the file is closed, or it could be another's by then.
    if _is_at(self._file, self._path):
      with contextlib.suppress(OSError):
        os.remove(self._path)
    self.close()
    if self._is_mine:
      with contextlib.suppress(OSError):
        os.rmdir(self._folder)

  def close(self):
    """Closes the file, by which a forked child shares its parent's lock."""
    self._file.close()

  def _acquire(self):
    """Returns the open file of the lock that this process holds by now."""
    # A holder that ends removes the file, and the folder if it is empty then;
    # that may be at any moment here.
    for attempt in itertools.count(1):
      self._is_mine |= json_files.make_folder(self._folder)
      with contextlib.ExitStack() as stack:
        try:
          file = stack.enter_context(open(self._path, "a+b"))
        except FileNotFoundError:
          if attempt < _MOST_ATTEMPTS:
            continue
          raise
        knows_locks = self._lock(file)
        if _is_at(file, self._path):
          self._take_over(file, knows_locks)
          stack.pop_all()
          return file

  def _lock(self, file):
    """Locks the file; returns whether its file system knows locks.

    Raises:
      RunDirectoryError: it is locked.
    """
    try:
      fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
      raise self._held(_read_holder(file)) from None
    except OSError:
      return False
    return True

  def _take_over(self, file, knows_locks):
    """Writes who holds the lock now, unless another host's process does.

    Raises:
      RunDirectoryError: likewise.
    """
    holder = _read_holder(file)
    host = socket.gethostname()
    if holder and not (knows_locks and holder.get("host") == host):
      self._watch(holder)
    now = datetime.datetime.now().astimezone().isoformat(" ", "seconds")
    holder = {"host": host, "pid": os.getpid(), "started": now}
    file.truncate(0)
    file.write(files.strict_json(holder).encode())
    file.flush()

  def _watch(self, holder):
    """Waits for a sign of life of a lock's holder.

    Raises:
      RunDirectoryError: there is one.
    """
    seconds = _BEAT_SECONDS * _BEATS_MISSED
    _LOGGER.warning(
      "%s names %s, who may live; watching it for %.0f seconds",
      self._path,
      _describe(holder),
      seconds,
    )
    end = time.monotonic() + seconds
    first = _beat_time(self._path)
    while time.monotonic() < end:
      time.sleep(_BEAT_SECONDS / 10)
      if _beat_time(self._path) != first:
        raise self._held(holder)

  def _held(self, holder):
    return errors.RunDirectoryError(
      f"{self._folder} is in training by {_describe(holder)};"
      " wait until that ends, stop it, or choose another --logdir"
    )

  def _beat(self):
    """Touches the file until the lock is released."""
    while not self._ended.wait(_BEAT_SECONDS):
      # A folder that has gone is for `check` to tell.
      with contextlib.suppress(OSError):
        os.utime(self._file.fileno())


def _is_at(file, path):
  """Returns whether a file is open and the one at a path."""
  try:
    return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
  except (OSError, ValueError):  # ValueError: it is closed.
    return False


def _beat_time(path):
  """Returns when the file was touched last, as its server counts."""
  # Opened each time: NFS asks its server then, and else tells what it knew.
  with open(path, "rb") as file:
    return os.fstat(file.fileno()).st_mtime_ns


def _read_holder(file):
  """Returns the dict that the file holds; empty where it is no such."""
  file.seek(0)
  try:
    holder = json_files.parse(file.read(_MOST_BYTES))
  except ValueError:
    return {}
  return holder if isinstance(holder, dict) else {}


def _describe(holder):
  """Returns who holds a lock, in words."""
  if not holder:
    return "another process"
  return "process {} on {} since {}".format(
    *(holder.get(name, "unknown") for name in ("pid", "host", "started"))
  )


def _leave_locks_to_parent():
  for lock in _held:
    lock.close()


# The kernel keeps a lock as long as anybody has its file open: a child that
# outlives the trainer would block the rerun.
os.register_at_fork(after_in_child=_leave_locks_to_parent)
