import numpy as np
import scipy.stats
from absl.testing import absltest, parameterized

from tests.plots import picture
from tests.plots.picture import find, random_images
from vae_graph import plots

MINUS = "\N{MINUS SIGN}"


class PriorQuantilesTest(parameterized.TestCase):
  @parameterized.parameters(1, 2, 5, 20, 1000)
  def test_is_the_inverse_of_the_normal_distribution(self, count):
    values = plots.prior_quantiles(count)
    shares = (np.arange(count) + 0.5) / count
    np.testing.assert_allclose(
      values, scipy.stats.norm.ppf(shares), rtol=1e-12, atol=1e-15
    )
    np.testing.assert_array_equal(values, -values[::-1])


class ManifoldTest(parameterized.TestCase, picture.PictureTestCase):
  @parameterized.parameters(
    ((3, 4, 28, 28), 3), ((2, 2, 32, 32, 3), 3), ((20, 20, 28, 28), 2)
  )
  def test_images_lie_as_in_a_plane(self, shape, scale):
    images = random_images(shape)
    rows, columns = shape[:2]
    x, y = np.arange(columns) - 1.5, np.arange(rows) / 2
    shown = self.draw(plots.plot_manifold, images, values_x=x, values_y=y)
    ((top, left),) = find(shown, images[-1, 0], scale)
    for row, column in ((0, 0), (0, columns - 1), (rows - 1, columns - 1)):
      ((found_top, found_left),) = find(shown, images[row, column], scale)
      # The greatest y is at the top, and the images touch.
      self.assertEqual(found_top - top, (rows - 1 - row) * shape[2] * scale)
      self.assertEqual(found_left - left, column * shape[3] * scale)

  def test_axes_have_their_names_and_values(self):
    images = random_images((2, 3, 28, 28))
    title, *labels, x, y = self.texts(
      plots.plot_manifold,
      images,
      values_x=[-1.5, 0, 1.5],
      values_y=[-0.001, 2],
      dimensions=(3, 7),
      note="the other 38 dimensions at 0",
    )
    self.assertEndsWith(title, ", the other 38 dimensions at 0")
    self.assertEqual(labels, ["2.00", "0.00", f"{MINUS}1.50", "0.00", "1.50"])
    self.assertEqual([x, y], ["code[3]", "code[7]"])

  def test_values_of_many_columns_do_not_touch(self):
    values = plots.prior_quantiles(50)
    figure = self.draw_figure(
      plots.plot_manifold,
      random_images((50, 50, 8, 8)),
      values_x=values,
      values_y=values,
    )
    boxes = [
      text.get_window_extent() for text in figure.texts if text.get_text()
    ]
    for first, box in enumerate(boxes):
      self.assertFalse(any(box.overlaps(other) for other in boxes[:first]))
    self.assertGreater(len(boxes), 10)

  def test_same_input_gives_the_same_bytes(self):
    images = random_images((2, 2, 28, 28))
    self.assert_deterministic(
      plots.plot_manifold, images, values_x=[0, 1], values_y=[0, 1]
    )

  def test_other_shapes_are_refused(self):
    images = random_images((2, 3, 28, 28))
    with self.assertRaisesRegex(
      ValueError, r"must be \[3, 2, ...\] .* y and x"
    ):
      plots.plot_manifold(
        self.path, images, values_x=[0, 1], values_y=[0, 1, 2]
      )
    with self.assertRaisesRegex(ValueError, r"found \[2, 28, 28\]"):
      plots.plot_manifold(
        self.path, images[:, 0], values_x=[0, 1], values_y=[0, 1]
      )


if __name__ == "__main__":
  absltest.main()
