import numpy as np
from absl.testing import absltest, parameterized

from tests.plots import picture
from tests.plots.picture import find, random_images
from vae_graph import plots
from vae_graph.plots import shown_images


class ChannelsTest(parameterized.TestCase):
  @parameterized.parameters(1, 3, 4)
  def test_colors_are_the_first_three_channels(self, channels):
    images = random_images((5, 6, 7, channels))
    shown, note = shown_images.to_rgb_bytes("images", images)
    expected = np.repeat(images, 3, -1) if channels == 1 else images[..., :3]
    np.testing.assert_array_equal(shown, expected)
    words = ", the first 3 of 4 channels as colors"
    self.assertEqual(note, words if channels == 4 else "")

  @parameterized.parameters((2, 1, 2), (5, 2, 3), (9, 3, 3), (40, 4, 4))
  def test_other_channels_are_gray_tiles(self, channels, rows, columns):
    images = random_images((3, 4, 5, channels))
    shown, note = shown_images.to_rgb_bytes("images", images)
    self.assertEqual(shown.shape, (3, 5 * rows - 1, 6 * columns - 1, 3))
    for index in range(min(channels, 16)):
      top, left = 5 * (index // columns), 6 * (index % columns)
      tile = shown[:, top : top + 4, left : left + 5]
      for color in range(3):
        np.testing.assert_array_equal(tile[..., color], images[..., index])
    self.assertEqual(
      note,
      ", the first 16 of 40 channels as gray tiles"
      if channels == 40
      else f", each of {channels} channels as a gray tile",
    )


class SizeTest(parameterized.TestCase):
  def test_a_pixel_is_the_mean_of_those_that_it_stands_for(self):
    images = random_images((2, 40, 60, 3))
    shown, note = shown_images.to_rgb_bytes("images", images, largest=30)
    means = images.reshape(2, 20, 2, 30, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(shown, means, atol=1)
    self.assertEqual(note, ", scaled down to 20x30")

  @parameterized.parameters(
    ((4, 8000), (4, 200)), ((8000, 4), (200, 4)), ((40, 8000), (16, 200))
  )
  def test_what_is_narrow_stays_visible(self, size, expected):
    images = np.zeros((1, *size), np.float32)
    shown, _ = shown_images.to_rgb_bytes("images", images, largest=200)
    self.assertEqual(shown.shape[1:3], expected)

  def test_parts_make_a_whole(self):
    images = random_images((9, 700, 700)) / 255  # Two parts.
    shown, _ = shown_images.to_rgb_bytes("images", images)
    np.testing.assert_array_equal(shown[..., 0], np.rint(255 * images))

  def test_so_many_columns_as_can_be_told_apart(self):
    np.testing.assert_array_equal(shown_images.chosen(7), np.arange(7))
    np.testing.assert_array_equal(shown_images.chosen(1), [0])
    many = shown_images.chosen(1000)
    self.assertEqual((many[0], many[-1]), (0, 999))
    self.assertLess(np.ptp(np.diff(many)), 2)
    self.assertLess(len(many) * shown_images.GAP, 2048)


class EveryPictureTest(parameterized.TestCase, picture.PictureTestCase):
  """What the kinds of pictures have in common."""

  def _kinds(self, shape):
    """Returns {name: arguments}, of images that are all alike."""
    image = random_images(shape)

    def images(*counts):
      return np.broadcast_to(image, counts + image.shape)

    ends = {"starts": images(1), "ends": images(1)}
    return {
      "samples": lambda: (plots.plot_samples, images(12), {}),
      "reconstructions": lambda: (
        plots.plot_reconstructions,
        images(12),
        {"reconstructions": images(12), "samples": images(12)},
      ),
      "manifold": lambda: (
        plots.plot_manifold,
        images(9, 9),
        {"values_x": np.arange(9), "values_y": np.arange(9)},
      ),
      "traversals": lambda: (
        plots.plot_traversals,
        images(3, 7),
        {"values": np.arange(7)},
      ),
      "interpolations": lambda: (
        plots.plot_interpolations,
        None,
        {**ends, "linear": images(1, 7), "spherical": images(1, 7)},
      ),
    }

  @parameterized.product(
    kind=(
      "samples",
      "reconstructions",
      "manifold",
      "traversals",
      "interpolations",
    ),
    shape=((8, 8, 4), (8, 8, 2), (9, 7, 5), (4, 8000), (700, 700), (9000, 3)),
  )
  def test_any_channels_and_sizes(self, kind, shape):
    plot, images, others = self._kinds(shape)[kind]()
    arguments = () if images is None else (images,)
    shown = self.draw(plot, *arguments, **others)
    title, *_ = self.texts(plot, *arguments, **others)
    channels = (shape + (1,))[2]
    words = {4: "first 3 of 4", 2: "each of 2 ch", 5: "each of 5 ch", 1: ""}
    self.assertIn(words[channels], title)
    self.assertEqual("scaled down" in title, max(shape) > 600)
    self.assertLess(shown.shape[0], 4300)
    self.assertLess(shown.shape[1], 2400)
    if channels == 4:
      colors = random_images(shape)[..., :3]
      scale = 3 if kind == "manifold" else shown_images.scale_for(colors)
      self.assertNotEmpty(find(shown, colors, scale))


class ManyStepsTest(picture.PictureTestCase):
  def test_steps_that_have_no_room_are_left_out(self):
    images = np.broadcast_to(random_images((28, 28)), (2, 1000, 28, 28))
    shown = self.draw(plots.plot_traversals, images, values=np.arange(1000))
    self.assertLess(shown.shape[1], 2400)
    shown = self.draw(
      plots.plot_interpolations,
      starts=images[:1, 0],
      ends=images[:1, 0],
      linear=images[:1],
    )
    self.assertLess(shown.shape[1], 2400)
    grid = np.broadcast_to(random_images((8, 8)), (400, 400, 8, 8))
    values = np.arange(400)
    shown = self.draw(
      plots.plot_manifold, grid, values_x=values, values_y=values
    )
    self.assertLess(max(shown.shape), 2400)


if __name__ == "__main__":
  absltest.main()
