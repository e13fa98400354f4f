import io
import struct
import zipfile

import numpy as np
from absl.testing import absltest, parameterized

from tests.data import fake_files
from vae_graph import config, errors
from vae_graph.data import dataset

_IMAGES = np.random.RandomState(0).randint(0, 256, (20, 4, 3)).astype(np.uint8)


def _npz(**arrays):
  stream = io.BytesIO()
  np.savez_compressed(stream, **arrays)
  return stream.getvalue()


def _npy(array):
  stream = io.BytesIO()
  np.save(stream, array)
  return stream.getvalue()


def _corrupt(content):
  middle = len(content) // 2
  return content[: middle - 50] + b"\xff" * 100 + content[middle + 50 :]


def _claim(shape, data=b"", descr="|u1", compression=zipfile.ZIP_DEFLATED):
  """Returns a .npz file whose x_train says that it has a shape."""
  header = repr({"descr": descr, "fortran_order": False, "shape": shape})
  header = header.encode() + b"\n"
  stream = io.BytesIO()
  with zipfile.ZipFile(stream, "w", compression) as archive:
    archive.writestr(
      "x_train.npy",
      b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data,
    )
  return stream.getvalue()


def _resized(content, size):
  """Returns a .npz file of one array that claims to be of a size there, too."""
  content = bytearray(content)
  struct.pack_into("<I", content, 22, size)
  struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, size)
  return bytes(content)


class NpzTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)

  def _load(self, content, **settings):
    self.path = fake_files.write(self.folder, "file.npz", content)
    return dataset.load_dataset(
      config.DataConfig(dataset="npz", data_dir=self.path, **settings)
    )

  def test_all_four_arrays(self):
    labels = np.arange(20)
    data = self._load(
      _npz(
        x_train=_IMAGES,
        y_train=labels,
        x_test=_IMAGES[:5] // 2,
        y_test=labels[:5].reshape(5, 1),
        ignored=np.zeros(3),
      )
    )
    np.testing.assert_array_equal(data.train.images, _IMAGES)
    np.testing.assert_array_equal(data.train.labels, labels)
    np.testing.assert_array_equal(data.test.images, _IMAGES[:5] // 2)
    np.testing.assert_array_equal(data.test.labels, labels[:5])

  def test_without_a_test_set_some_images_are_held_out(self):
    data = self._load(
      _npz(x_train=_IMAGES, y_train=np.arange(20)), test_fraction=0.25
    )
    self.assertLen(data.train.images, 15)
    for part in data:
      np.testing.assert_array_equal(part.images, _IMAGES[part.labels])

  @parameterized.parameters("U", "S")
  def test_class_names_are_kept(self, kind):
    arrays = {"x_train": _IMAGES, "y_train": np.arange(20) % 2}
    names = np.array(["cat", "dog", "none"]).astype(kind)
    for key in ("class_names", "label_names"):
      for split in ({}, {"x_test": _IMAGES, "y_test": arrays["y_train"]}):
        data = self._load(
          _npz(**arrays, **split, **{key: names}), binarization="static"
        )
        self.assertEqual(data.class_names, ("cat", "dog", "none"))

  def test_float64_becomes_float32(self):
    data = self._load(_npz(x_train=_IMAGES / 255))
    self.assertEqual(data.train.images.dtype, np.float32)
    self.assertIsNone(data.train.labels)

  def test_unrelated_object_array_does_no_harm(self):
    data = self._load(_npz(x_train=_IMAGES, x_other=np.array([{}], object)))
    self.assertLen(data.test.images, 2)

  @parameterized.named_parameters(
    (
      "no_images",
      _npz(mine=_IMAGES, other=_IMAGES[0]),
      r"found the arrays mine \(20, 4, 3\), other \(4, 3\), expected x_train",
    ),
    ("nothing", _npz(), r"found the arrays \(none\)"),
    (
      "test_labels_only",
      _npz(x_train=_IMAGES, y_test=np.zeros(3, int)),
      r"found the arrays x_train \(20, 4, 3\), y_test \(3,\)",
    ),
    ("object", _npz(x_train=np.array([{}, 1], object)), "unreadable .*pickle"),
    ("empty", b"", "no .npz archive"),
    ("random", np.random.RandomState(0).bytes(2000), "no .npz archive"),
    ("npy_truncated", _npy(_IMAGES)[:-1], "array claims .* than it has"),
    ("truncated", _npz(x_train=_IMAGES)[:-50], "no .npz archive"),
    ("corrupt", _corrupt(_npz(x_train=_IMAGES)), "unreadable array"),
    ("terabyte", _claim((2**20, 1024, 1024)), "claims 1,099,511,627,8.* bytes"),
    ("overflow", _claim((2**32, 2**32, 1)), "claims 18,446,744,073,709,551,"),
    ("negative", _claim((-2, -2, 1), bytes(4)), "unreadable array"),
    ("data_behind", _claim((1, 2, 2), bytes(5)), "claims .* than it has"),
    ("huge_items", _claim((1, 1, 1), descr="|V2147483647"), "claims 2,147,"),
    (
      "zip_claims_it_too",
      _resized(_claim((4000, 1000, 1000)), 4_000_000_080),
      "claims 4,000,000,080 bytes",
    ),
    (
      "long_header",
      _claim((1, 2, 2), descr="(" * 20000),
      "unreadable array .*header",
    ),
    (
      "lzma",
      _claim((1, 2, 2), bytes(4), compression=zipfile.ZIP_LZMA),
      "compressed as NumPy does not",
    ),
    ("flat", _npz(x_train=_IMAGES.reshape(20, 12)), r"shape \(20, 12\)"),
    ("scalar", _npz(x_train=np.float32(1)), r"shape \(\)"),
    (
      "class_of_no_name",
      _npz(
        x_train=_IMAGES, y_train=np.arange(20), class_names=np.array(["a"] * 19)
      ),
      "labels from 0 to 19, expected 0 to 18, since there are 19 class names",
    ),
    (
      "names_that_are_numbers",
      _npz(x_train=_IMAGES, label_names=np.arange(3)),
      r"class names of shape \(3,\) and type int64, expected strings",
    ),
    (
      "labels",
      _npz(x_train=_IMAGES, y_train=np.zeros((20, 2), int)),
      r"shape \(20, 2\)",
    ),
  )
  def test_wrong_file_is_one_line_with_the_name(self, content, pattern):
    with self.assertRaisesRegex(errors.DataError, pattern) as caught:
      self._load(content)
    self.assertIn(self.path, str(caught.exception))
    self.assertNotIn("\n", str(caught.exception))

  def test_claims_take_no_memory(self):
    for content in (
      _claim((2**20, 1024, 1024)),
      _resized(_claim((4000, 1000, 1000)), 4_000_000_080),
      _claim((1, 2, 2), bytes(2**25)),
    ):
      with fake_files.memory_of_at_most(self, 2**22):
        with self.assertRaises(errors.DataError):
          self._load(content)

  def test_no_file(self):
    for path in (self.folder, self.folder + "/missing.npz"):
      with self.assertRaisesRegex(errors.DataError, f"{path}: found no such"):
        dataset.load_dataset(config.DataConfig(dataset="npz", data_dir=path))

  def test_the_file_must_be_named(self):
    with self.assertRaisesRegex(errors.ConfigError, "--data_dir=FILE.npz"):
      dataset.load_dataset(config.DataConfig(dataset="npz"))


if __name__ == "__main__":
  absltest.main()
