import warnings

import matplotlib.cbook
import matplotlib.colors
import numpy as np
from absl.testing import absltest, parameterized

from tests.plots import picture
from vae_graph import errors, plots
from vae_graph.plots import style


def near(shown, color, tolerance=60):
  """Returns which pixels [height, width] have about that color."""
  color = 255 * np.array(matplotlib.colors.to_rgb(color))
  return np.abs(shown.astype(float) - color).sum(axis=-1) < tolerance


def points(figure):
  """Returns the drawn points [n, 2] and their colors [n or 1, 4]."""
  (scatter,) = figure.axes[0].collections
  return np.asarray(scatter.get_offsets()), scatter.get_facecolors()


class CodesTest(parameterized.TestCase, picture.PictureTestCase):
  def test_classes_have_their_colors_at_their_places(self):
    noise = np.random.RandomState(0).uniform(-1, 1, (400, 2))
    labels = np.arange(400) % 2
    centers = np.array([[-10, 0], [10, 0]])
    shown = self.draw(plots.plot_codes, centers[labels] + noise, labels=labels)
    shown = shown[:, :800]  # without the legend
    left, right = near(shown, style.PALETTE[0]), near(shown, style.PALETTE[1])
    self.assertGreater(left.sum(), 500)
    self.assertGreater(right.sum(), 500)
    self.assertLess(np.nonzero(left)[1].max(), 400)
    self.assertGreater(np.nonzero(right)[1].min(), 400)

  def test_two_dimensions_are_drawn_as_they_are(self):
    codes = np.random.RandomState(0).normal(size=(50, 2))
    labels = np.arange(50) % 10
    figure = self.draw_figure(plots.plot_codes, codes, labels=labels)
    axes = figure.axes[0]
    self.assertEqual(axes.get_xlabel(), "code[0]")
    self.assertEqual(axes.get_ylabel(), "code[1]")
    self.assertEqual(axes.get_title(), "Codes of 50 images")
    drawn, colors = points(figure)
    for point, color in zip(drawn, colors):
      (row,) = np.flatnonzero((codes == point).all(axis=1))
      self.assertEqual(
        matplotlib.colors.to_hex(color), style.PALETTE[labels[row]]
      )

  def test_a_unit_is_as_long_on_both_axes(self):
    square = np.array([[0, 0], [0, 30], [30, 0], [30, 30]])
    shown = near(self.draw(plots.plot_codes, square), style.PALETTE[0])
    rows, columns = np.nonzero(shown)
    self.assertGreater(np.ptp(rows), 300)
    self.assertAlmostEqual(np.ptp(rows), np.ptp(columns), delta=3)

  def test_legend_and_names_list_the_classes(self):
    labels = np.repeat([3, 5, 8], 20)
    codes = np.random.RandomState(0).normal(size=(60, 2)) + labels[:, None]
    axes = self.draw_figure(plots.plot_codes, codes, labels=labels).axes[0]
    entries = [text.get_text() for text in axes.get_legend().get_texts()]
    self.assertEqual(entries, ["3", "5", "8"])
    self.assertEqual([text.get_text() for text in axes.texts], entries)
    for label, text in zip([3, 5, 8], axes.texts):
      np.testing.assert_allclose(
        text.get_position(), np.median(codes[labels == label], axis=0)
      )

  def test_names_of_classes_stand_as_they_are(self):
    names = ("a $5 and $6", "_b", "\u732b", "", "\u03b1", "x" * 80, "n\nm")
    labels = np.repeat(np.arange(8), 20)
    codes = np.random.RandomState(0).normal(size=(160, 2))
    with warnings.catch_warnings():
      warnings.simplefilter("error")  # of characters that the font lacks
      axes = self.draw_figure(
        plots.plot_codes, codes, labels=labels, class_names=names
      ).axes[0]
    expected = [r"a \$5 and \$6", "_b", "2", "3", "\u03b1", "", "n m", "7"]
    entries = [text.get_text() for text in axes.get_legend().get_texts()]
    self.assertRegex(entries[5], "^x{23}\u2026$")
    entries[5] = ""
    self.assertEqual(entries, expected)
    self.assertIn("(numbers for names with char", axes.get_title())
    self.assertTrue(matplotlib.cbook.is_math_text(names[0]))
    self.assertFalse(any(map(matplotlib.cbook.is_math_text, entries)))

  def test_a_legend_of_long_names_is_in_the_picture(self):
    codes = np.random.RandomState(0).normal(size=(400, 2))
    for count in (10, 50):
      figure = self.draw_figure(
        plots.plot_codes,
        codes,
        labels=np.arange(400) % count,
        class_names=[f"{index} of a long name" for index in range(count)],
      )
      axes = figure.axes[0]
      box = axes.get_legend().get_window_extent()
      self.assertLessEqual(box.x1, figure.bbox.x1 + 1)
      self.assertGreater(box.x0, axes.get_window_extent().x1)
      self.assertGreater(axes.get_window_extent().width, 550)
    # So many names would hide the points.
    self.assertEqual(axes.texts[49].get_text(), "49")
    self.assertEqual(
      axes.get_legend().get_texts()[49].get_text(), "49 49 of a long name"
    )

  def test_names_of_classes_at_one_place_do_not_overlap(self):
    labels = np.arange(3000) % 3
    codes = np.random.RandomState(0).normal(size=(3000, 2))
    axes = self.draw_figure(plots.plot_codes, codes, labels=labels).axes[0]
    boxes = [text.get_window_extent() for text in axes.texts]
    for first in range(3):
      for second in range(first):
        self.assertFalse(boxes[first].overlaps(boxes[second]))

  @parameterized.parameters(1, 2)
  def test_names_are_in_the_box_and_hide_no_few_points(self, code_size):
    # Many images of two classes at the borders, and four of a third.
    codes = np.repeat([[-9, 0], [9, 1], [0, 0]], [20, 20, 4], axis=0)
    axes = self.draw_figure(
      plots.plot_codes,
      codes[:, :code_size],
      labels=np.repeat([0, 1, 2], [20, 20, 4]),
      class_names=("at the left", "at the right", "of four"),
    ).axes[0]
    self.assertLen(axes.get_legend().get_texts(), 3)
    self.assertEqual(
      [text.get_text() for text in axes.texts], ["at the left", "at the right"]
    )
    box = axes.get_window_extent()
    for text in axes.texts:
      extent = text.get_window_extent()
      self.assertGreater(extent.x0, box.x0)
      self.assertLess(extent.x1, box.x1)

  def test_more_dimensions_are_drawn_by_principal_components(self):
    random = np.random.RandomState(0)
    codes = random.normal(size=(500, 6)) @ random.normal(size=(6, 6)) + 3
    figure = self.draw_figure(plots.plot_codes, codes)
    centered = codes - codes.mean(axis=0)
    _, scales, directions = np.linalg.svd(centered, full_matrices=False)
    expected = centered @ directions[:2].T
    drawn, _ = points(figure)
    for axis in range(2):
      values = np.sort(drawn[:, axis])
      wanted = np.sort(expected[:, axis])
      if not np.isclose(values[0], wanted[0]):
        wanted = np.sort(-wanted)
      np.testing.assert_allclose(values, wanted, rtol=1e-6, atol=1e-9)
    shares = scales[:2] ** 2 / (scales**2).sum()
    axes = figure.axes[0]
    self.assertEqual(
      [axes.get_xlabel(), axes.get_ylabel()],
      [
        f"principal component {axis + 1} of 6 ({shares[axis]:.1%} of variance)"
        for axis in range(2)
      ],
    )

  def test_collapsed_codes_and_a_single_one_can_be_drawn(self):
    self.draw(plots.plot_codes, np.zeros((30, 8)), labels=np.arange(30) % 3)
    self.draw(plots.plot_codes, np.zeros((1, 8)))
    self.draw(plots.plot_codes, np.zeros((1, 1)), labels=np.array([4]))

  def test_large_sets_are_thinned_alike_each_time(self):
    codes = np.random.RandomState(0).normal(size=(25000, 2))
    figure = self.draw_figure(plots.plot_codes, codes)
    drawn, _ = points(figure)
    self.assertEqual(drawn.shape, (10000, 2))
    self.assertEqual(
      figure.axes[0].get_title(), "Codes of 10,000 of 25,000 images"
    )
    self.assertLen(np.unique(drawn[:, 0]), 10000)
    self.assertTrue(np.isin(drawn[:, 0], codes[:, 0]).all())
    again, _ = points(self.draw_figure(plots.plot_codes, codes))
    np.testing.assert_array_equal(again, drawn)

  def test_one_dimension_is_drawn_against_the_class(self):
    labels = np.repeat([2, 7], 100)
    codes = np.random.RandomState(0).normal(size=(200, 1))
    figure = self.draw_figure(plots.plot_codes, codes, labels=labels)
    axes = figure.axes[0]
    self.assertEqual(axes.get_xlabel(), "code[0]")
    self.assertEqual(axes.get_ylabel(), "class")
    self.assertEqual(
      [text.get_text() for text in axes.get_yticklabels()], ["2", "7"]
    )
    drawn, _ = points(figure)
    for value, height in drawn:
      (row,) = np.flatnonzero(codes[:, 0] == value)
      self.assertEqual(round(height), int(labels[row] == 7))
    self.assertGreater(np.ptp(drawn[:, 1] % 1), 0.5)

  def test_one_dimension_without_labels_is_a_histogram(self):
    codes = np.random.RandomState(0).normal(size=(200, 1))
    axes = self.draw_figure(plots.plot_codes, codes).axes[0]
    self.assertEqual(sum(bar.get_height() for bar in axes.patches), 200)
    self.assertEqual(axes.get_ylabel(), "codes")

  def test_codes_that_are_not_finite_are_left_out_and_counted(self):
    codes = np.random.RandomState(0).normal(size=(20, 3))
    codes[3, 1], codes[5, 0] = np.nan, np.inf
    figure = self.draw_figure(plots.plot_codes, codes, labels=np.arange(20) % 2)
    self.assertLen(points(figure)[0], 18)
    self.assertEqual(
      figure.axes[0].get_title(),
      "Codes of 18 images (2 not finite, left out)",
    )

  def test_no_finite_code_at_all_is_an_error(self):
    with self.assertRaisesRegex(errors.NonFiniteError, "not one of the 5"):
      plots.plot_codes(self.path, np.full((5, 2), np.nan))

  def test_many_classes_have_different_colors(self):
    for count in (10, 40):
      colors = style.class_colors(count)
      self.assertEqual(colors.shape, (count, 4))
      self.assertLen(np.unique(colors, axis=0), count)
    codes = np.random.RandomState(0).normal(size=(400, 2))
    axes = self.draw_figure(
      plots.plot_codes, codes, labels=np.arange(400) % 40
    ).axes
    self.assertLen(axes[0].get_legend().get_texts(), 40)
    axes = self.draw_figure(plots.plot_codes, codes, labels=np.arange(400)).axes
    self.assertIsNone(axes[0].get_legend())
    self.assertEqual(
      axes[0].get_title(), "Codes of 400 images, 400 classes from dark to light"
    )

  def test_names_of_many_strips_do_not_touch(self):
    codes = np.random.RandomState(0).normal(size=(2000, 1))
    figure = self.draw_figure(plots.plot_codes, codes, labels=np.arange(2000))
    boxes = [
      label.get_window_extent() for label in figure.axes[0].get_yticklabels()
    ]
    self.assertBetween(len(boxes), 20, 50)
    for above, below in zip(boxes[1:], boxes):
      self.assertFalse(above.overlaps(below))

  def test_same_input_gives_the_same_bytes(self):
    codes = np.random.RandomState(0).normal(size=(300, 5))
    self.assert_deterministic(
      plots.plot_codes, codes, labels=np.arange(300) % 10
    )

  def test_other_shapes_are_refused(self):
    with self.assertRaisesRegex(ValueError, r"found \[4\]"):
      plots.plot_codes(self.path, np.zeros(4))
    with self.assertRaisesRegex(ValueError, r"found \[0, 2\]"):
      plots.plot_codes(self.path, np.zeros((0, 2)))
    with self.assertRaisesRegex(ValueError, r"labels must be \[4\].*\[3\]"):
      plots.plot_codes(self.path, np.zeros((4, 2)), labels=np.zeros(3))


if __name__ == "__main__":
  absltest.main()
