import io

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

  def test_float64_becomes_float32(self):
    data = self._load(_npz(x_train=_IMAGES / 255))
    self.assertEqual(data.train.images.dtype, np.float32)
    self.assertIsNone(data.train.labels)

  def test_unrelated_object_array_does_no_harm(self):
    data = self._load(_npz(x_train=_IMAGES, x_other=np.array([{}], object)))
    self.assertLen(data.test.images, 2)

  @parameterized.named_parameters(
    ("no_images", _npz(images=_IMAGES), "found the arrays images, exp"),
    ("nothing", _npz(), r"found the arrays \(none\)"),
    (
      "test_labels_only",
      _npz(x_train=_IMAGES, y_test=np.zeros(3, int)),
      "found the arrays x_train, y_test",
    ),
    ("object", _npz(x_train=np.array([{}, 1], object)), "unreadable .*pickle"),
    ("empty", b"", "no .npz archive"),
    ("random", np.random.RandomState(0).bytes(2000), "no .npz archive"),
    ("npy", _npy(_IMAGES), "no .npz archive"),
    ("truncated", _npz(x_train=_IMAGES)[:-50], "no .npz archive"),
    ("corrupt", _corrupt(_npz(x_train=_IMAGES)), "unreadable array"),
    ("flat", _npz(x_train=_IMAGES.reshape(20, 12)), r"shape \(20, 12\)"),
    ("scalar", _npz(x_train=np.float32(1)), r"shape \(\)"),
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

  def test_no_file(self):
    for path in (self.folder, self.folder + "/missing.npz"):
      with self.assertRaisesRegex(errors.DataError, f"{path}: found no such"):
        dataset.load_dataset(config.DataConfig(dataset="npz", data_dir=path))

  def test_the_file_must_be_named(self):
    with self.assertRaisesRegex(errors.ConfigError, "--data_dir=FILE.npz"):
      dataset.load_dataset(config.DataConfig(dataset="npz"))


if __name__ == "__main__":
  absltest.main()
