import os

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from tests.data import fake_files
from tests.training.toy import toy_dataset
from vae_graph import errors
from vae_graph.config import DataConfig
from vae_graph.data.dataset import load_observed_dataset
from vae_graph.inference.run_images import RunImages

_SHAPE = (6, 5)
_GRAY = np.random.RandomState(1).randint(256, size=(3,) + _SHAPE)
_GRAY = _GRAY.astype(np.uint8)


class RunImagesTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)
    self.train, self.test = toy_dataset(shape=_SHAPE)
    self.data_dir = self._save(
      "data.npz",
      x_train=self.train.images,
      y_train=self.train.labels,
      x_test=self.test.images,
      y_test=self.test.labels,
    )

  def _path(self, name):
    return os.path.join(self.folder, name)

  def _save(self, name, **arrays):
    np.savez(self._path(name), **arrays)
    return self._path(name)

  def _save_image(self, name, pixels):
    os.makedirs(os.path.dirname(self._path(name)), exist_ok=True)
    Image.fromarray(pixels).save(self._path(name))
    return self._path(name)

  def _config(self, binarization="none"):
    return DataConfig(
      dataset="npz", data_dir=self.data_dir, binarization=binarization
    )

  def _images(self, binarization="none", **settings):
    return RunImages(self._config(binarization), image_shape=_SHAPE, **settings)

  def _assert_fails(self, error, message, *names):
    with self.assertRaisesRegex(error, message) as caught:
      self._images().choose(names)
    self.assertNotIn("\n", str(caught.exception))

  def test_splits_with_labels(self):
    for name, split in (("train", self.train), ("test", self.test)):
      found = self._images().split(name)
      np.testing.assert_array_equal(found.images, split.images)
      np.testing.assert_array_equal(found.labels, split.labels)
      self.assertLen(found.names, len(split.images))
      self.assertEqual(found.names[2], f"{name} image 2")

  def test_the_first_of_a_split(self):
    found = self._images().split("test", at_most=4)
    np.testing.assert_array_equal(found.images, self.test.images[:4])
    np.testing.assert_array_equal(found.labels, self.test.labels[:4])
    self.assertLen(found.names, 4)
    self.assertLen(self._images().split("test", at_most=99).images, 23)

  def test_a_data_set_without_labels(self):
    self.data_dir = self._save(
      "bare.npz", x_train=self.train.images, x_test=self.test.images
    )
    self.assertIsNone(self._images().split("test", at_most=4).labels)

  def test_chosen_images_come_in_the_order_of_their_names(self):
    photo = self._save_image("photo.png", _GRAY[0])
    # Another order than that of their names, and a file that is no image.
    for index in (2, 0, 1):
      self._save_image(f"folder/{index}.png", _GRAY[index])
    fake_files.write(self._path("folder"), "notes.txt", b"")
    several = self._save("several.npz", images=_GRAY[:2], labels=[4, 7])
    single = self._save("single.npz", anything=_GRAY[1:])
    folder = self._path("folder")
    found = self._images().choose(
      ["22", photo, folder, "0", several, single, "22"]
    )
    np.testing.assert_array_equal(
      found.images,
      np.concatenate(
        [
          self.test.images[22:],
          _GRAY[:1],
          _GRAY,
          self.test.images[:1],
          _GRAY[:2],
          _GRAY[1:],
          self.test.images[22:],
        ]
      ),
    )
    self.assertEqual(found.images.dtype, np.uint8)
    self.assertEqual(
      found.names,
      ["test image 22", photo]
      + [os.path.join(folder, f"{index}.png") for index in range(3)]
      + ["test image 0"]
      + [f"{several}[0]", f"{several}[1]", f"{single}[0]", f"{single}[1]"]
      + ["test image 22"],
    )
    self.assertIsNone(found.labels)

  def test_bytes_beside_floats_become_floats(self):
    path = self._save("floats.npz", images=_GRAY / 255.0)
    found = self._images().choose(["3", path])
    self.assertEqual(found.images.dtype, np.float32)
    np.testing.assert_allclose(
      found.images,
      np.concatenate([self.test.images[3:4], _GRAY]) / 255.0,
      atol=1e-6,
    )

  def test_files_need_no_data_set(self):
    photo = self._save_image("photo.png", _GRAY[0])
    os.remove(self.data_dir)
    images = self._images()
    np.testing.assert_array_equal(images.choose([photo]).images, _GRAY[:1])
    with self.assertRaisesRegex(errors.DataError, "data.npz"):
      images.choose(["0"])

  def test_resizes_files_on_request(self):
    large = self._save_image("large.png", _GRAY[0].repeat(3, 0).repeat(2, 1))
    found = self._images(resize=True).choose([large])
    np.testing.assert_array_equal(found.images, _GRAY[:1])
    self._assert_fails(errors.DataError, "large.png.*--resize", large)

  def test_files_are_read_as_the_runs(self):
    large = self._save_image("large.png", _GRAY[0].repeat(3, 0).repeat(2, 1))
    config = DataConfig(
      dataset="images", data_dir=self.folder, resize="6x5", background="white"
    )
    clear = self._save_image("clear.png", np.zeros(_SHAPE + (4,), np.uint8))
    images = RunImages(config, image_shape=_SHAPE)
    white = np.full((1,) + _SHAPE, 255)
    found = images.choose([large, clear]).images
    np.testing.assert_array_equal(found, np.concatenate([_GRAY[:1], white]))
    # Whoever asks for another color has it.
    found = RunImages(config, image_shape=_SHAPE, background="#070707")
    self.assertEqual(set(found.choose([clear]).images.flat), {7})
    config = DataConfig(
      dataset="npz",
      data_dir=self.data_dir,
      white_level=510,
      transpose_images=True,
    )
    path = self._path("array.npy")
    np.save(path, _GRAY.astype(np.uint16).swapaxes(1, 2))
    found = RunImages(config, image_shape=_SHAPE).choose([path])
    np.testing.assert_allclose(found.images, _GRAY / 510, rtol=1e-6)

  @parameterized.parameters("static", "dynamic")
  def test_a_binarized_run_observes_black_and_white(self, binarization):
    images = self._images(binarization)
    expected = load_observed_dataset(self._config(binarization))
    self.assertCountEqual(np.unique(expected.test.images), [0, 255])
    for name in ("train", "test"):
      np.testing.assert_array_equal(
        images.split(name).images, getattr(expected, name).images
      )
    # Not drawn anew, whatever the seed.
    again = self._images(binarization, seed=9).choose(["5"])
    np.testing.assert_array_equal(again.images, expected.test.images[5:6])

  def test_files_are_drawn_for_a_binarized_run(self):
    gray = np.tile(np.linspace(0, 1, 30).reshape(_SHAPE), (4000, 1, 1))
    path = self._save("many.npz", images=gray)
    drawn = self._images("static").choose([path]).images
    self.assertEqual(drawn.dtype, np.uint8)
    self.assertCountEqual(np.unique(drawn), [0, 255])
    # White with probability gray: five standard errors of 4000 draws.
    np.testing.assert_allclose(
      drawn.mean(axis=0) / 255, gray[0], atol=5 * 0.5 / np.sqrt(4000)
    )

  def test_draws_follow_from_the_seed_and_the_place(self):
    photo = self._save_image("photo.png", np.full(_SHAPE, 128, np.uint8))

    def draw(seed):
      return self._images("static", seed=seed).choose([photo, photo]).images

    first, second = draw(0)
    np.testing.assert_array_equal(draw(0), [first, second])
    self.assertTrue((first != second).any())
    self.assertTrue((draw(1) != draw(0)).any(axis=(1, 2)).all())

  def test_a_data_set_of_other_images(self):
    images = RunImages(self._config(), image_shape=(5, 6))
    message = r"data set npz: found .*\(6, 5\).*\(5, 6\) as of the run"
    with self.assertRaisesRegex(errors.DataError, message):
      images.split("test")

  def test_an_index_out_of_range(self):
    message = "no test image 23: the test split of data set npz holds 0 to 22"
    self._assert_fails(errors.ConfigError, message, "0", "23")

  @parameterized.parameters("nowhere.png", "-1", "\u00b2")
  def test_what_is_neither_a_file_nor_an_index(self, name):
    self._assert_fails(errors.DataError, "no such file.*index of a test", name)

  def test_npz_files_of_something_else(self):
    fake_files.write(self.folder, "text.npz", b"no archive")
    self._save("turned.npz", images=_GRAY.swapaxes(1, 2))
    self._save("one.npz", images=_GRAY[0])
    self._save("scalar.npz", images=3)
    self._save("two.npz", photos=_GRAY, paintings=_GRAY)
    self._save("bright.npz", images=2.0 * np.ones((1,) + _SHAPE))
    self._save("none.npz", images=_GRAY[:0])
    self._save("pickled.npz", images=np.array([{}] * 2, object))
    for name, message in (
      ("text", "no .npz archive"),
      ("turned", r"shape \(3, 5, 6\), expected \(n, 6, 5\)"),
      ("one", r"shape \(6, 5\), expected \(n, 6, 5\); take images.None"),
      ("scalar", r"shape \(\), expected \(n, 6, 5\)"),
      ("two", r"arrays photos \(3, 6, 5\), paintings .*, expected images"),
      ("bright", "pixels from 2.0 to 2.0"),
      ("none", "no pixels"),
      ("pickled", "unreadable array"),
    ):
      path = self._path(f"{name}.npz")
      self._assert_fails(errors.DataError, f"{path}: found .*{message}", path)


if __name__ == "__main__":
  absltest.main()
