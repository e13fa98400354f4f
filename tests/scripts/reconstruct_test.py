import os

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from tests.data import fake_files
from tests.scripts.trained_run import TrainedRunTestCase


class ReconstructTest(TrainedRunTestCase):
  binary = "scripts.reconstruct"

  def _check(self, lines, images, names, codes):
    """Checks the files and the lines that were printed."""
    arrays = self.load("reconstructions.npz")
    means = self.model().decode(codes)
    images = images / 255.0
    np.testing.assert_allclose(arrays["images"], images, atol=1e-6)
    np.testing.assert_allclose(arrays["mean"], means, atol=1e-6)
    # Samples of a Bernoulli likelihood.
    self.assertEqual(arrays["sample"].shape, images.shape)
    self.assertContainsSubset(np.unique(arrays["sample"]), [0, 1])
    errors = np.array([np.sum(np.square(a - b)) for a, b in zip(images, means)])
    np.testing.assert_allclose(arrays["squared_error"], errors, rtol=1e-4)
    self.assertEqual(arrays["names"].tolist(), names)
    texts, values = zip(*[line.rsplit(" ", 1) for line in lines[:-2]])
    expected = [f"{name}: squared error" for name in names]
    if len(names) > 1:
      expected.append(f"mean of {len(names)}:")
      errors = np.append(errors, errors.mean())
    self.assertEqual(list(texts), expected)
    np.testing.assert_allclose(
      np.array(values, np.float64), errors, rtol=1e-4, atol=6e-4
    )
    paths = [
      os.path.join(self.output, f"reconstructions.{each}")
      for each in ("png", "npz")
    ]
    self.assertEqual(lines[-2:], paths)
    self.assertCountEqual(os.listdir(self.output), map(os.path.basename, paths))
    with Image.open(paths[0]) as picture:
      picture.load()
      self.assertGreater(min(picture.size), 100)

  def test_the_first_test_images(self):
    lines = self.run_binary()
    images = self.dataset.test.images[:20]
    names = [f"test image {index}" for index in range(20)]
    codes = self.model().encode(images).mean
    self._check(lines, images, names, codes)

  def test_an_image_from_a_sample_of_its_code(self):
    photo = os.path.join(fake_files.temporary_folder(self), "photo.png")
    image = self.dataset.train.images[3]
    Image.fromarray(image).save(photo)
    lines = self.run_binary(photo, "--nofrom_mean", "--seed=4")
    codes = self.model().encode(image[np.newaxis], seed=4).sample
    self._check(lines, image[np.newaxis], [photo], codes)

  @parameterized.parameters(
    (2, "--output is missing; name a folder to write", "--output="),
    (1, "nowhere.png: found no such file.*check the name", "nowhere.png"),
  )
  def test_wrong_usage(self, exit_code, message, *arguments):
    self.assert_fails(exit_code, message, *arguments)

  def test_an_image_of_another_size(self):
    photo = os.path.join(fake_files.temporary_folder(self), "photo.png")
    Image.fromarray(np.zeros((5, 6), np.uint8)).save(photo)
    self.assert_fails(1, "6 x 5 pixels, expected 5 x 6.*--resize", "0", photo)


if __name__ == "__main__":
  absltest.main()
