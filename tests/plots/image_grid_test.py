import os
import subprocess
import sys
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from tests.plots import picture
from tests.plots.picture import find, random_images
from vae_graph import plots


class ImageGridTest(parameterized.TestCase, picture.PictureTestCase):
  @parameterized.parameters(
    ((100, 28, 28), 10, 3),
    ((10, 28, 28), 10, 3),
    ((16, 28, 28, 1), 4, 3),
    ((7, 32, 32, 3), 3, 3),
    ((4, 16, 8), 2, 5),
    ((2, 200, 100, 3), 2, 1),
    ((1, 28, 28), 1, 3),
  )
  def test_every_sample_is_at_its_place(self, shape, columns, scale):
    images = random_images(shape)
    shown = self.draw(plots.plot_samples, images)
    places = []
    for image in images:
      image = image[..., 0] if image.shape[-1] == 1 else image
      found = find(shown, image, scale)
      self.assertLen(found, 1)
      places += found
    places = np.array(places)
    index = np.arange(len(images))
    row, column = index // columns, index % columns
    tops, lefts = np.unique(places[:, 0]), np.unique(places[:, 1])
    self.assertLen(lefts, min(columns, len(images)))
    np.testing.assert_array_equal(places[:, 0], tops[row])
    np.testing.assert_array_equal(places[:, 1], lefts[column])
    # Nothing touches: there is a gap between the images.
    self.assertTrue((np.diff(lefts) > scale * shape[2]).all())
    self.assertTrue((np.diff(tops) > scale * shape[1]).all())

  def test_floats_are_clipped_and_rounded_to_bytes(self):
    image = np.linspace(-0.5, 1.5, 784, dtype=np.float32).reshape(1, 28, 28)
    image[0, 0, 0] = np.nan
    image[0, 0, 1] = np.inf
    shown = self.draw(plots.plot_samples, image)
    expected = np.rint(255 * np.clip(image[0], 0, 1))
    expected[0, 0] = 0
    self.assertLen(find(shown, expected.astype(np.uint8), 3), 1)

  def test_bytes_and_floats_give_the_same_picture(self):
    images = random_images((5, 28, 28))
    plots.plot_samples(self.path, images)
    from_bytes = self.read_bytes()
    plots.plot_samples(self.path, images / 255)
    self.assertEqual(self.read_bytes(), from_bytes)

  def test_samples_have_a_title(self):
    shown = self.draw(plots.plot_samples, random_images((1, 28, 28)))
    (top, _) = find(shown, random_images((1, 28, 28))[0], 3)[0]
    self.assertLess(shown[: top - 1].min(), 100)
    figure = self.draw_figure(plots.plot_samples, random_images((20, 28, 28)))
    self.assertEqual(
      [text.get_text() for text in figure.texts],
      ["Decoder means of 20 prior samples"],
    )

  @parameterized.parameters(((28, 28), 3), ((32, 32, 3), 3))
  def test_every_reconstruction_is_below_its_image(self, shape, scale):
    images = random_images((15,) + shape)
    reconstructions = random_images((15,) + shape, seed=1)
    shown = self.draw(
      plots.plot_reconstructions, images, reconstructions=reconstructions
    )
    tops = []
    for image, reconstruction in zip(images, reconstructions):
      ((image_top, image_left),) = find(shown, image, scale)
      ((top, left),) = find(shown, reconstruction, scale)
      self.assertEqual(left, image_left)
      self.assertBetween(top - image_top - scale * shape[0], 1, 20)
      tops.append(image_top)
    self.assertLen(set(tops[:10]), 1)
    self.assertLen(set(tops[10:]), 1)
    self.assertGreater(tops[10], tops[0])

  def test_rows_of_reconstructions_are_labeled(self):
    images = random_images((11, 28, 28))
    figure = self.draw_figure(
      plots.plot_reconstructions, images, reconstructions=images
    )
    title, *labels = figure.texts
    self.assertEqual(
      [label.get_text() for label in labels],
      ["image", "reconstruction"] * 2,
    )
    for text in figure.texts:
      box = text.get_window_extent()
      self.assertGreater(box.x0, 0)
      self.assertLess(box.x1, figure.bbox.width)
    heights = [label.get_position()[1] for label in labels]
    self.assertEqual(heights, sorted(heights, reverse=True))
    self.assertGreater(title.get_position()[1], heights[0])

  def test_samples_are_a_third_row(self):
    images, means, samples = (
      random_images((11, 28, 28), seed) for seed in range(3)
    )
    shown = self.draw(
      plots.plot_reconstructions,
      images,
      reconstructions=means,
      at_most=20,
      samples=samples,
    )
    for column in (0, 10):
      places = [find(shown, row[column], 3) for row in (images, means, samples)]
      self.assertEqual([len(place) for place in places], [1, 1, 1])
      tops, lefts = zip(*[place[0] for place in places])
      self.assertLen(set(lefts), 1)
      self.assertEqual(np.diff(tops).tolist(), [90, 90])
    _, *labels = self.texts(
      plots.plot_reconstructions, images, reconstructions=means, samples=samples
    )
    self.assertEqual(labels, ["image", "decoder mean", "sample"] * 2)
    with self.assertRaisesRegex(ValueError, "images and samples must have one"):
      plots.plot_reconstructions(
        self.path,
        images,
        reconstructions=means,
        at_most=20,
        samples=samples[:3],
      )

  @parameterized.parameters((1000, 28), (15000, 28), (9, 700))
  def test_a_picture_is_no_larger_for_more_or_larger_images(self, count, size):
    # One image many times, which takes no memory.
    images = np.broadcast_to(random_images((size, size)), (count, size, size))
    figure = self.draw_figure(plots.plot_samples, images)
    self.assertBetween(figure.bbox.height, 1000, 4250)
    self.assertBetween(figure.bbox.width, 1000, 2100)
    title = figure.texts[0].get_text()
    words = "10,000 prior samples of 15,000" if count == 15000 else f"{count:,}"
    self.assertIn(words, title)

  def test_at_most_twenty_pairs_are_shown(self):
    images = random_images((30, 28, 28))
    shown = self.draw(
      plots.plot_reconstructions, images, reconstructions=images
    )
    self.assertLen(find(shown, images[19], 3), 2)
    self.assertEmpty(find(shown, images[20], 3))

  def test_same_input_gives_the_same_bytes(self):
    self.assert_deterministic(plots.plot_samples, random_images((4, 28, 28)))
    self.assert_deterministic(
      plots.plot_reconstructions,
      random_images((4, 28, 28)),
      reconstructions=random_images((4, 28, 28), seed=1),
    )

  @parameterized.parameters((28, 28), (0, 28, 28), (2, 28, 28, 0))
  def test_other_shapes_are_refused(self, *shape):
    with self.assertRaisesRegex(ValueError, r"images must be \[n, height"):
      plots.plot_samples(self.path, np.zeros(shape, np.float32))
    self.assertFalse(os.path.exists(self.path))

  def test_reconstructions_of_another_shape_are_refused(self):
    images = np.zeros((3, 28, 28), np.float32)
    with self.assertRaisesRegex(ValueError, r"\(3, 28, 28\) and \(2, 28, 28\)"):
      plots.plot_reconstructions(self.path, images, reconstructions=images[:2])

  def test_a_program_s_own_matplotlib_is_left_alone(self):
    program = """
import sys, matplotlib, numpy
from vae_graph import plots
def settings():  # but for the backend, whose look-up imports pyplot
  names = set(matplotlib.rcParams) - {"backend"}
  return {name: matplotlib.rcParams[name] for name in names}
before = settings()
plots.plot_samples(sys.argv[1], numpy.zeros([4, 28, 28]))
plots.plot_codes(sys.argv[1], numpy.eye(4), labels=numpy.arange(4))
plots.plot_training_curve(sys.argv[1], [{"step": 0, "epoch": 0}])
assert settings() == before
assert "matplotlib.pyplot" not in sys.modules
assert "tensorflow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program, self.path], check=True)

  def test_failing_write_leaves_the_old_picture(self):
    plots.plot_samples(self.path, random_images((1, 28, 28)))
    old = self.read_bytes()
    full = mock.patch.object(os, "fsync", side_effect=OSError("full"))
    with full, self.assertRaisesRegex(OSError, "full"):
      plots.plot_samples(self.path, random_images((4, 28, 28)))
    self.assertEqual(self.read_bytes(), old)
    self.assertEqual(os.listdir(os.path.dirname(self.path)), ["picture.png"])


if __name__ == "__main__":
  absltest.main()
