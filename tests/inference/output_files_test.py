import os
import time
from unittest import mock

import numpy as np
from absl.testing import absltest

from tests.data import fake_files
from vae_graph import errors
from vae_graph.inference.output_files import try_output, write_npz, writing


class OutputFilesTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)

  def _read(self, path):
    with open(path, "rb") as file:
      return file.read()

  def test_arrays_come_back_without_pickles(self):
    path = os.path.join(self.folder, "new", "arrays.npz")
    codes = np.arange(6, dtype=np.float32).reshape(3, 2)
    write_npz(
      path, {"codes": codes, "names": ["a", "b.png"], "step": 7, "no": None}
    )
    with np.load(path, allow_pickle=False) as archive:
      self.assertCountEqual(archive.files, ["codes", "names", "step"])
      np.testing.assert_array_equal(archive["codes"], codes)
      self.assertEqual(archive["codes"].dtype, np.float32)
      self.assertEqual(archive["names"].tolist(), ["a", "b.png"])
      self.assertEqual(archive["step"], 7)

  def test_same_arrays_same_bytes_at_another_time(self):
    paths = [os.path.join(self.folder, name) for name in ("a.npz", "b.npz")]
    write_npz(paths[0], {"codes": np.arange(3)})
    with mock.patch.object(time, "localtime", return_value=(2001,) + 8 * (1,)):
      write_npz(paths[1], {"codes": np.arange(3)})
    self.assertEqual(*map(self._read, paths))

  def test_unwritable_file_is_named_and_left_alone(self):
    path = fake_files.write(self.folder, "file", b"mine")
    below = os.path.join(path, "arrays.npz")
    with self.assertRaisesRegex(errors.OutputError, below) as caught:
      write_npz(below, {"codes": np.arange(3)})
    self.assertRegex(str(caught.exception), "cannot be written.*--output")
    self.assertNotIn("\n", str(caught.exception))
    self.assertEqual(self._read(path), b"mine")
    with self.assertRaises(errors.OutputError):
      write_npz(self.folder, {"codes": np.arange(3)})
    self.assertEqual(os.listdir(self.folder), ["file"])

  def test_an_output_is_tried(self):
    path = os.path.join(self.folder, "new", "codes.npz")
    try_output(path)
    try_output(path, is_folder=True)
    self.assertEmpty(os.listdir(self.folder))
    with self.assertRaisesRegex(
      errors.OutputError, f"^{self.folder} cannot be written .Is a directory.;"
    ):
      try_output(self.folder)
    try_output(self.folder, is_folder=True)

  def test_other_errors_are_bugs_and_pass(self):
    with self.assertRaises(ZeroDivisionError), writing("file"):
      raise ZeroDivisionError


if __name__ == "__main__":
  absltest.main()
