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

  @parameterized.parameters(
    dict(x_train="train", y_train="labels", x_test="test"),
    dict(X_train="train", X_test="test", Y_train="labels"),
    # MedMNIST.
    dict(
      train_images="train",
      train_labels="labels",
      test_images="test",
      val_images="other",
      val_labels="labels",
    ),
    dict(keys="train=a,test=b,train_labels=c", a="train", b="test", c="labels"),
    dict(
      keys="test_labels=",
      x_train="train",
      y_train="labels",
      x_test="test",
      y_test="other",
    ),
  )
  def test_names(self, keys="", **names):
    kinds = {
      "train": _IMAGES,
      "test": _IMAGES[:5] // 2,
      "labels": np.arange(20).reshape(20, 1),
      "other": _IMAGES[::-1],
    }
    data = self._load(
      _npz(**{name: kinds[kind] for name, kind in names.items()}),
      npz_keys=keys.split(",") if keys else (),
    )
    np.testing.assert_array_equal(data.train.images, kinds["train"])
    np.testing.assert_array_equal(data.train.labels, np.arange(20))
    np.testing.assert_array_equal(data.test.images, kinds["test"])
    self.assertIsNone(data.test.labels)

  def test_a_single_array(self):
    labels = np.arange(20)
    for content in (
      _npz(anything=_IMAGES, y=labels),
      _npz(images=_IMAGES, labels=labels, other=_IMAGES[0]),
      _npz(arr_0=_IMAGES, arr_1=_IMAGES, labels=labels),
      _npz(X=_IMAGES, Y=labels),  # SVHN's names.
      _npy(_IMAGES),
    ):
      data = self._load(content, test_fraction=0.25)
      self.assertLen(data.test.images, 5)
      has_labels = data.train.labels is not None
      self.assertEqual(has_labels, content != _npy(_IMAGES))
      for part in data if has_labels else ():
        np.testing.assert_array_equal(part.images, _IMAGES[part.labels])

  def test_what_is_not_read_is_said(self):
    with self.assertLogs("vae_graph.data.array_names", "WARNING") as logs:
      self._load(_npz(x_train=_IMAGES, val_labels=np.zeros((7, 1), int)))
    self.assertRegex(logs.output[0], r"not read: .*val_labels \(7, 1\)$")

  def test_what_becomes_of_validation_images(self):
    train, val = _IMAGES, _IMAGES[:5] // 2
    # Of MedMNIST's names, they are to test on where there are no others.
    with self.assertLogs("vae_graph.data.array_names", "WARNING") as logs:
      data = self._load(_npz(train_images=train, val_images=val))
    self.assertRegex(logs.output[0], "file.npz: val_images is the test split$")
    np.testing.assert_array_equal(data.train.images, train)
    np.testing.assert_array_equal(data.test.images, val)
    # Of the others, runs have been trained without them.
    with self.assertLogs("vae_graph.data.array_names", "WARNING") as logs:
      data = self._load(_npz(x_train=train, x_val=val, y_val=np.arange(5)))
    self.assertRegex(logs.output[0], r"not read: .*x_val .*, y_val \(5,\)$")
    self.assertEqual([len(split.images) for split in data], [18, 2])

  @parameterized.parameters(
    dict(x_test="images", y_test="labels"),
    dict(test_images="images", test_labels="labels", class_names="names"),
    dict(val_images="images", val_labels="labels"),
    dict(x_test="images", labels="labels"),
    dict(keys="train_labels=mine", x_test="images", mine="labels"),
  )
  def test_a_single_split_is_all_images(self, keys="", **names):
    kinds = {
      "images": _IMAGES,
      "labels": np.arange(20),
      "names": np.array([str(index) for index in range(20)]),
    }
    with self.assertLogs("vae_graph.data.array_names", "WARNING") as logs:
      data = self._load(
        _npz(**{name: kinds[kind] for name, kind in names.items()}),
        npz_keys=keys.split(",") if keys else (),
      )
    self.assertRegex(logs.output[0], "_.* is the only split, of which --test_f")
    self.assertEqual([len(split.images) for split in data], [18, 2])
    for part in data:
      np.testing.assert_array_equal(part.images, _IMAGES[part.labels])
    self.assertEqual(data.class_names is not None, "names" in names.values())

  @parameterized.parameters(
    ("train=mine", "no array for train=mine among the arrays x_train .20, 4"),
    ("train=x_train,test=mine", "no array for test=mine among"),
    ("test=x_train", "array x_train for both train and test, expected one for"),
    ("train=", r"the arrays x_train \(20, 4, 3\), labels \(20,\), expected x_"),
    ("test_labels=labels", "labels without test images .*--npz_keys=test=NAME"),
  )
  def test_keys_that_do_not_fit_the_file(self, keys, pattern):
    with self.assertRaisesRegex(errors.DataError, f"found .*{pattern}"):
      self._load(
        _npz(x_train=_IMAGES, labels=np.arange(20)), npz_keys=keys.split(",")
      )

  def test_wrong_keys(self):
    for keys in (
      ["train"],
      ["train=a", "valid=b"],
      ["=a"],
      ["train=a", "train=b"],
    ):
      with self.assertRaisesRegex(errors.ConfigError, "npz_keys must be ROLE="):
        config.DataConfig(dataset="npz", npz_keys=keys)

  def test_axes_rows_and_levels_as_the_configuration_says(self):
    images = np.random.RandomState(0).randint(0, 4096, (20, 3, 12, 10))
    content = _npz(x_train=images.astype(np.uint16), x_test=images[:2])
    with self.assertRaisesRegex(errors.DataError, r"transpose\(0, 2, 3, 1\)"):
      self._load(content)
    settings = dict(data_format="channels_first", white_level=4095)
    data = self._load(content, transpose_images=True, **settings)
    self.assertEqual(data.image_shape, (10, 12, 3))
    expected = images.transpose(0, 3, 2, 1) / 4095
    np.testing.assert_allclose(data.train.images, expected, rtol=1e-6)
    np.testing.assert_allclose(data.test.images, expected[:2], rtol=1e-6)
    data = self._load(_npz(x_train=images.astype(np.uint16)), **settings)
    self.assertEqual(data.train.images.shape, (18, 12, 10, 3))

  def test_what_is_nearly_black_is_remarked_on(self):
    dark = (_IMAGES * 16.0).astype(np.uint16)  # 12 bits.
    with self.assertLogs("vae_graph.data.dataset", "WARNING") as logs:
      self._load(_npz(x_train=dark))
    self.assertRegex(logs.output[0], "has 0.062 of white's .*--white_level")

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
    (
      "two_of_one_role",
      _npz(x_train=_IMAGES, train_images=_IMAGES),
      "found x_train and train_images among the arrays x_train .*--npz_keys",
    ),
    ("nothing", _npz(), r"found the arrays \(none\)"),
    (
      "test_labels_only",
      _npz(x_train=_IMAGES, y_test=np.zeros(3, int)),
      r"y_test without test images among the arrays x_train \(20, 4, 3\), y_t",
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
    for path, found in (
      (self.folder, "a folder, expected a .npz or .npy file .*; name the file"),
      (self.folder + "/missing.npz", "no such file"),
    ):
      with self.assertRaisesRegex(errors.DataError, f"{path}: found {found}"):
        dataset.load_dataset(config.DataConfig(dataset="npz", data_dir=path))

  def test_the_file_must_be_named(self):
    with self.assertRaisesRegex(errors.ConfigError, "--data_dir=FILE.npz"):
      dataset.load_dataset(config.DataConfig(dataset="npz"))


if __name__ == "__main__":
  absltest.main()
