import os

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from tests.data import fake_files
from tests.scripts.trained_run import TrainedRunTestCase
from vae_graph.data.dataset import load_observed_dataset, static_binarization


class EncodeTest(TrainedRunTestCase):
  binary = "scripts.encode"
  class_names = ("ax", "$b", "c", "d\N{SNOWMAN}", "e", "f")

  def _assert_encodes(self, images, seed=0):
    """Checks the codes of the file; returns what else it holds."""
    model = self.model()
    expected = model.encode(images, seed=seed)
    arrays = self.load()
    for name, array in (
      ("codes", expected.mean),
      ("samples", expected.sample),
      ("stddevs", expected.stddev),
    ):
      np.testing.assert_allclose(arrays.pop(name), array, rtol=1e-5, atol=1e-6)
    self.assertEqual(arrays.pop("step"), model.step)
    return arrays

  @parameterized.parameters(("test", 3), ("train", 0))
  def test_split(self, name, seed):
    split = getattr(self.dataset, name)
    count = len(split.images)
    lines = self.run_binary(f"--split={name}", f"--seed={seed}")
    self.assertEqual(
      lines, [f"codes of {count} images at step 12: {self.output}"]
    )
    others = self._assert_encodes(split.images, seed)
    self.assertCountEqual(
      others, ["dataset", "split", "indices", "labels", "class_names"]
    )
    self.assertEqual(tuple(others["class_names"]), self.class_names)
    np.testing.assert_array_equal(others["labels"], split.labels)
    np.testing.assert_array_equal(others["indices"], np.arange(count))
    self.assertEqual(others["dataset"], "npz")
    self.assertEqual(others["split"], name)

  def test_images_of_every_kind(self):
    folder = fake_files.temporary_folder(self)
    gray = self.dataset.train.images[:5]
    large, photo = (os.path.join(folder, each) for each in ("l.png", "p.png"))
    pictures, npz = (os.path.join(folder, each) for each in ("f", "n.npz"))
    # Mean of blocks: the original again. Three equal colors are gray.
    Image.fromarray(gray[0].repeat(2, 0).repeat(2, 1)).save(large)
    Image.fromarray(np.stack(3 * [gray[1]], axis=-1)).save(photo)
    os.mkdir(pictures)
    for name, image in (("b.png", gray[3]), ("a.png", gray[2])):
      Image.fromarray(image).save(os.path.join(pictures, name))
    np.savez(npz, images=gray[4:] / 255.0)
    # A flag after arguments is a flag.
    self.run_binary(large, "4", photo, pictures, npz, "--resize")
    images = [gray[:1], self.dataset.test.images[4:5], gray[1:]]
    others = self._assert_encodes(np.concatenate(images))
    self.assertCountEqual(others, ["names"])
    self.assertEqual(
      others["names"].tolist(),
      [large, "test image 4", photo]
      + [os.path.join(pictures, name) for name in ("a.png", "b.png")]
      + [f"{npz}[0]"],
    )

  @parameterized.parameters(
    (2, "--logdir is missing; name the folder of a run", "--logdir="),
    (2, "--output is missing; name a .npz file to write", "--output="),
    (2, "--split=all.*<test|train>", "--split=all"),
    (2, "flagfile.*nowhere.*'[^-]*--help", "--flagfile=nowhere"),
    (1, "nowhere does not exist.*--logdir", "--logdir=/nowhere"),
    (2, "no test image 23: the test split .* holds 0 to 22", "0", "23"),
  )
  def test_wrong_usage(self, exit_code, message, *arguments):
    self.assert_fails(exit_code, message, *arguments)

  def test_a_damaged_image(self):
    folder = fake_files.temporary_folder(self)
    path = fake_files.write(folder, "photo.png", b"no image")
    self.assert_fails(1, f"{path}: found an image that cannot be", path)

  def test_unwritable_output(self):
    folder = fake_files.temporary_folder(self)
    path = fake_files.write(folder, "file", b"mine")
    below = os.path.join(path, "codes.npz")
    # Before the work: that there is no such run would be seen later.
    self.assert_fails(
      1,
      f"{below} cannot be written",
      f"--output={below}",
      "--logdir=/nowhere",
      "0",
    )
    with open(path, "rb") as file:
      self.assertEqual(file.read(), b"mine")


class EncodeBinarizedTest(TrainedRunTestCase):
  """A run that has learned black and white pixels."""

  binary = "scripts.encode"
  binarization = "dynamic"

  def test_images_are_drawn(self):
    model = self.model()
    split = load_observed_dataset(model.config.data).test
    self.assertCountEqual(np.unique(split.images), [0, 255])
    photo = os.path.join(fake_files.temporary_folder(self), "photo.png")
    gray = self.dataset.test.images[:1]
    Image.fromarray(gray[0]).save(photo)
    self.run_binary("3", photo, "--seed=2")
    # The second name of seed 2.
    drawn = static_binarization(gray, [2, 1])
    images = np.concatenate([split.images[3:4], drawn])
    np.testing.assert_allclose(
      self.load()["codes"], model.encode(images).mean, rtol=1e-5, atol=1e-6
    )


if __name__ == "__main__":
  absltest.main()
