import numpy as np
from absl.testing import absltest, parameterized

from tests.plots import picture
from tests.plots.picture import find, random_images
from vae_graph import plots


class InterpolationsTest(parameterized.TestCase, picture.PictureTestCase):
  @parameterized.parameters((28, 28), (32, 32, 3))
  def test_steps_lie_between_the_two_images(self, *shape):
    starts, ends = (
      random_images((2,) + shape, 0),
      random_images((2,) + shape, 1),
    )
    linear = random_images((2, 4) + shape, 2)
    spherical = random_images((2, 4) + shape, 3)
    shown = self.draw(
      plots.plot_interpolations,
      starts=starts,
      ends=ends,
      linear=linear,
      spherical=spherical,
    )
    all_tops = []
    for pair in range(2):
      start, end = find(shown, starts[pair], 3), find(shown, ends[pair], 3)
      self.assertEqual([len(start), len(end)], [2, 2])
      for row, way in enumerate((linear, spherical)):
        steps = [find(shown, image, 3)[0] for image in way[pair]]
        tops, lefts = zip(start[row], *steps, end[row])
        self.assertLen(set(tops), 1)
        gaps = np.diff(lefts)
        self.assertLen(set(gaps[1:-1]), 1)
        # The images themselves stand apart.
        self.assertGreater(gaps[0], gaps[1])
        self.assertEqual(gaps[0], gaps[-1])
        all_tops.append(tops[0])
    self.assertEqual(all_tops, sorted(set(all_tops)))

  def test_rows_and_columns_are_labeled(self):
    images = random_images((2, 28, 28))
    steps = random_images((2, 3, 28, 28))
    _, *labels = self.texts(
      plots.plot_interpolations,
      starts=images,
      ends=images,
      linear=steps,
      spherical=steps,
    )
    self.assertEqual(labels[:4], ["linear", "spherical"] * 2)
    self.assertEqual(labels[4:-1], ["image", "0.00", "0.50", "1.00", "image"])
    _, *labels = self.texts(
      plots.plot_interpolations, starts=images, ends=images, linear=steps
    )
    self.assertEqual(labels[:3], ["linear", "linear", "image"])

  def test_same_input_gives_the_same_bytes(self):
    images, steps = random_images((1, 28, 28)), random_images((1, 3, 28, 28))
    self.assert_deterministic(
      plots.plot_interpolations,
      starts=images,
      ends=images,
      linear=steps,
      spherical=steps,
    )

  def test_other_shapes_are_refused(self):
    images, steps = random_images((2, 28, 28)), random_images((2, 3, 28, 28))
    right = {"starts": images, "ends": images, "linear": steps}
    for wrong in (
      {"ends": images[:1]},
      {"linear": steps[:1]},
      {"spherical": steps[:, :2]},
    ):
      with self.assertRaisesRegex(ValueError, "must be of one size, found"):
        plots.plot_interpolations(self.path, **dict(right, **wrong))


if __name__ == "__main__":
  absltest.main()
