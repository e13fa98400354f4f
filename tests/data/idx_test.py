import gzip
import io
import struct

import numpy as np
from absl.testing import absltest, parameterized

from tests.data import fake_files
from vae_graph import errors
from vae_graph.data import idx

_IMAGES = np.random.RandomState(0).randint(0, 256, (7, 5, 4)).astype(np.uint8)
_CONTENT = fake_files.idx_bytes(_IMAGES)
_PACKED = gzip.compress(_CONTENT)
_HUGE = struct.pack(">4I", 0x803, 2**32 - 1, 2**32 - 1, 2**32 - 1)


class IdxTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)

  def _write(self, content, name="file"):
    return fake_files.write(self.folder, name, content)

  @parameterized.parameters("file", "file.gz")
  def test_content_decides_whether_it_is_gzip(self, name):
    for content in (_CONTENT, _PACKED):
      images = idx.read_images(self._write(content, name))
      np.testing.assert_array_equal(images, _IMAGES)
      self.assertEqual(images.dtype, np.uint8)

  def test_labels(self):
    labels = np.array([3, 0, 255], np.uint8)
    path = self._write(fake_files.idx_bytes(labels))
    np.testing.assert_array_equal(idx.read_labels(path), labels)

  def test_labels_of_qmnist(self):
    table = np.arange(3 * 8).reshape(3, 8) - 5
    head = struct.pack(">3I", 0xC02, 3, 8)
    content = head + table.astype(">i4").tobytes()
    labels = idx.read_labels(self._write(gzip.compress(content)))
    np.testing.assert_array_equal(labels, table[:, 0])
    self.assertEqual(labels.dtype, np.int32)
    for damaged in (content[:-1], content[:9], struct.pack(">3I", 0xC02, 3, 0)):
      with self.assertRaises(errors.DataError):
        idx.read_labels(self._write(damaged))

  def test_array_longer_than_a_chunk(self):
    images = np.random.RandomState(1).randint(0, 256, (3, 1024, 1000))
    path = self._write(gzip.compress(fake_files.idx_bytes(images), 1))
    np.testing.assert_array_equal(idx.read_images(path), images)

  @parameterized.named_parameters(
    ("empty", b"", "only 0 bytes"),
    ("header_cut", _CONTENT[:10], "only 10 bytes"),
    ("labels", fake_files.idx_bytes(np.zeros(20)), "magic number 0x801"),
    ("random", np.random.RandomState(2).bytes(999), "magic number 0x"),
    ("cut", _CONTENT[:-1], "139 bytes after the header, expected 140 bytes"),
    ("too_long", _CONTENT + b"\0", "more after the header"),
    ("gzip_too_long", gzip.compress(_CONTENT + b"\0"), "more after"),
    ("gzip_cut", _PACKED[:-30], "unreadable"),
    ("gzip_checksum_cut", _PACKED[:-4], "unreadable"),
    ("gzip_header_only", _PACKED[:4], "unreadable"),
    (
      "gzip_corrupt",
      _PACKED[:50] + bytes(byte ^ 255 for byte in _PACKED[50:]),
      "unreadable",
    ),
    ("gzip_checksum", _PACKED[:-8] + b"\0" * 8, "unreadable"),
    ("gzip_tail", _PACKED + b"tail", "unreadable"),
    ("hostile_header", _HUGE + b"1234", "a header that claims 7922816"),
    ("hostile_gzip", gzip.compress(_HUGE + b"1234"), "header that claims"),
    (
      "billions_of_images",
      struct.pack(">4I", 0x803, 2**31, 28, 28) + bytes(999),
      r"claims 1683627180032 bytes, shape \[2147483648, 28, 28\], expected at"
      " most the 1015 that such a file can hold",
    ),
  )
  def test_damage_is_one_line_with_the_name(self, content, pattern):
    path = self._write(content)
    with self.assertRaisesRegex(errors.DataError, pattern) as caught:
      idx.read_images(path)
    message = str(caught.exception)
    self.assertStartsWith(message, f"{path}: found ")
    self.assertNotIn("\n", message)

  def test_claims_and_bombs_take_no_memory(self):
    zeros = bytes(2**24)
    billions = struct.pack(">4I", 0x803, 2**31, 28, 28)
    for content in (
      billions,
      gzip.compress(billions),
      gzip.compress(_CONTENT + zeros),
    ):
      path = self._write(content)
      with fake_files.memory_of_at_most(self, 2**22):
        with self.assertRaises(errors.DataError):
          idx.read_images(path)

  def test_gzip_at_its_best_may_hold_what_it_does(self):
    images = np.zeros((1000, 100, 100), np.uint8)
    content = gzip.compress(fake_files.idx_bytes(images), 9)
    self.assertGreater(images.nbytes, 1000 * len(content))
    np.testing.assert_array_equal(idx.read_images(self._write(content)), images)

  def test_a_folder_or_nothing_is_no_file(self):
    for path in (self.folder, self.folder + "/missing"):
      with self.assertRaisesRegex(errors.DataError, f"^{path}: found an unre"):
        idx.read_labels(path)

  def test_decompressed_goes_by_the_first_bytes(self):
    for content in (_CONTENT, _PACKED):
      stream = idx.decompressed(io.BytesIO(content))
      self.assertEqual(stream.read(), _CONTENT)


if __name__ == "__main__":
  absltest.main()
