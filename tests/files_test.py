import math
import os
import stat
import tempfile
from unittest import mock

import numpy as np
from absl.testing import absltest

from tests.training.file_size_limit import file_size_limit
from vae_graph import files


class WriteAtomicallyTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    temporary = tempfile.TemporaryDirectory()
    self.addCleanup(temporary.cleanup)
    self.folder = temporary.name
    self.path = os.path.join(self.folder, "file.txt")

  def _read(self):
    with open(self.path, "rb") as file:
      return file.read()

  def test_bytes_are_written_as_they_are(self):
    files.write_atomically(self.path, b"\x00\r\n\xff")
    self.assertEqual(self._read(), b"\x00\r\n\xff")

  def test_text_is_written_as_utf8(self):
    files.write_atomically(self.path, "β-VAE\n")
    self.assertEqual(self._read(), "β-VAE\n".encode())

  def test_file_is_replaced_and_nothing_else_is_left(self):
    files.write_atomically(self.path, b"a long old content")
    files.write_atomically(self.path, b"new")
    self.assertEqual(self._read(), b"new")
    self.assertEqual(os.listdir(self.folder), ["file.txt"])

  def test_missing_folders_are_made(self):
    self.path = os.path.join(self.folder, "plots", "epochs", "file.txt")
    files.write_atomically(self.path, b"new")
    self.assertEqual(self._read(), b"new")

  def test_name_without_a_folder_is_in_the_current_one(self):
    self.addCleanup(os.chdir, os.getcwd())
    os.chdir(self.folder)
    files.write_atomically("file.txt", b"new")
    self.assertEqual(self._read(), b"new")

  def test_permissions_are_those_of_an_ordinary_file(self):
    ordinary = os.path.join(self.folder, "ordinary.txt")
    with open(ordinary, "w"):
      pass
    files.write_atomically(self.path, b"new")
    self.assertEqual(
      stat.S_IMODE(os.stat(self.path).st_mode),
      stat.S_IMODE(os.stat(ordinary).st_mode),
    )

  def test_failing_write_leaves_the_old_file_and_no_other(self):
    files.write_atomically(self.path, b"old")
    disk_full = mock.patch.object(os, "fsync", side_effect=OSError("full"))
    with disk_full, self.assertRaisesRegex(OSError, "full"):
      files.write_atomically(self.path, b"new")
    self.assertEqual(self._read(), b"old")
    self.assertEqual(os.listdir(self.folder), ["file.txt"])

  def test_failing_rename_leaves_the_old_file_and_no_other(self):
    files.write_atomically(self.path, b"old")
    interrupted = mock.patch.object(
      os, "replace", side_effect=KeyboardInterrupt
    )
    with interrupted, self.assertRaises(KeyboardInterrupt):
      files.write_atomically(self.path, b"new")
    self.assertEqual(self._read(), b"old")
    self.assertEqual(os.listdir(self.folder), ["file.txt"])

  def test_what_a_killed_write_leaves_is_found(self):
    files.write_atomically(self.path, b"old")
    for name in (".file.txt.tmp", ".other.txt." + "0" * 32 + ".tmp"):
      files.write_atomically(os.path.join(self.folder, name), b"")
    pid = os.fork()
    if not pid:
      os.replace = lambda *paths: os._exit(0)
      try:
        files.write_atomically(self.path, b"new")
      finally:
        os._exit(1)
    self.assertEqual(os.waitpid(pid, 0)[1], 0)
    (left,) = files.abandoned_writes(self.path)
    with open(left, "rb") as file:
      self.assertEqual(file.read(), b"new")
    self.assertEqual(self._read(), b"old")

  def test_folder_in_the_way(self):
    os.mkdir(self.path)
    with self.assertRaises(OSError):
      files.write_atomically(self.path, b"new")
    self.assertEqual(os.listdir(self.folder), ["file.txt"])


class TryFolderTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())

  def test_nothing_is_left(self):
    for name in ("", "new", os.path.join("new", "newer")):
      files.try_folder(os.path.join(self.folder, name))
    self.assertEmpty(os.listdir(self.folder))

  def test_a_file_or_a_dangling_link_in_the_way(self):
    path, link = (os.path.join(self.folder, each) for each in ("file", "link"))
    with open(path, "wb"):
      pass
    os.symlink("nowhere", link)
    for place in (path, os.path.join(path, "new"), link):
      with self.assertRaises(OSError):
        files.try_folder(place)
    self.assertCountEqual(os.listdir(self.folder), ["file", "link"])

  def test_a_full_disk(self):
    with file_size_limit(100), self.assertRaises(OSError):
      files.try_folder(self.folder)
    self.assertEmpty(os.listdir(self.folder))


class StrictJsonTest(absltest.TestCase):
  def test_numpy_values_are_plain_numbers(self):
    value = {
      "step": np.int64(3),
      "elbo": np.float64(-1.5),
      "shape": (28, np.int32(28)),
      "codes": np.array([[1.0, np.nan]], np.float32),
      "done": np.bool_(True),
    }
    self.assertEqual(
      files.strict_json(value),
      '{"step": 3, "elbo": -1.5, "shape": [28, 28], "codes": [[1.0, null]],'
      ' "done": true}',
    )

  def test_what_is_not_finite_is_null(self):
    for value in (math.nan, math.inf, -math.inf, np.float32(np.nan)):
      self.assertEqual(files.strict_json([value]), "[null]")

  def test_other_types_are_refused(self):
    with self.assertRaises(TypeError):
      files.strict_json({"object": object()})


class ReadFileTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    temporary = tempfile.TemporaryDirectory()
    self.addCleanup(temporary.cleanup)
    self.path = os.path.join(temporary.name, "file")

  def test_a_file_is_read_up_to_its_limit(self):
    files.write_atomically(self.path, b"four")
    self.assertEqual(files.read_file(self.path, most_bytes=4), b"four")
    with self.assertRaisesRegex(OSError, "It has 4 bytes, expected at most 3"):
      files.read_file(self.path, most_bytes=3)

  def test_what_is_no_file_is_refused_at_once(self):
    with self.assertRaises(FileNotFoundError):
      files.read_file(self.path, most_bytes=9)
    with self.assertRaises(IsADirectoryError):
      files.read_file(os.path.dirname(self.path), most_bytes=9)
    os.mkfifo(self.path)
    for path in (self.path, "/dev/zero"):
      with self.assertRaisesRegex(OSError, "Not a regular file"):
        files.read_file(path, most_bytes=9)


if __name__ == "__main__":
  absltest.main()
