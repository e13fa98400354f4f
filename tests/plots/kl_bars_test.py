import matplotlib.colors
import numpy as np
from absl.testing import absltest

from tests.plots import picture
from vae_graph import plots


class KlBarsTest(picture.PictureTestCase):
  def bars(self, *args, **kwargs):
    """Returns the axes, the bars' heights, and which of them are gray."""
    (axes,) = self.draw_figure(plots.plot_kl_bars, *args, **kwargs).axes
    heights = [bar.get_height() for bar in axes.patches]
    colors = [matplotlib.colors.to_rgb(b.get_facecolor()) for b in axes.patches]
    return axes, heights, [len(set(color)) == 1 for color in colors]

  def test_bars_are_sorted_and_named(self):
    axes, heights, gray = self.bars([0.5, 0.002, 3, np.nan, 1])
    self.assertEqual(heights, [3, 1, 0.5, 0.002, 0])
    self.assertEqual(gray, [False, False, False, True, True])
    names = [label.get_text() for label in axes.get_xticklabels()]
    self.assertEqual(names, ["2", "4", "0", "1", "3"])
    self.assertEqual(axes.get_ylabel(), "nats per image")
    self.assertEqual(
      axes.get_title(),
      "KL divergence of 5 code dimensions: 3 active, 4.50 nats in all",
    )
    entries = [text.get_text() for text in axes.get_legend().get_texts()]
    self.assertEqual(entries, ["active", "inactive"])

  def test_the_caller_may_know_what_is_active(self):
    _, heights, gray = self.bars([0.5, 2], active=[True, False])
    self.assertEqual(heights, [2, 0.5])
    self.assertEqual(gray, [True, False])

  def test_many_dimensions_and_one(self):
    axes, heights, _ = self.bars(np.arange(200) + 1)
    self.assertEqual(heights, list(range(200, 0, -1)))
    self.assertEmpty(axes.get_xticks())
    self.assertIsNone(axes.get_legend())
    axes, _, _ = self.bars([2.0])
    self.assertIn("1 code dimension:", axes.get_title())
    (bar,) = axes.patches
    box = bar.get_window_extent()
    self.assertLess(box.width, axes.bbox.width / 5)

  def test_names_of_bars_do_not_touch(self):
    for count in (32, 64):
      axes, _, _ = self.bars(np.ones(count))
      boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
      for left, right in zip(boxes, boxes[1:]):
        self.assertLess(left.x1, right.x0)

  def test_same_input_gives_the_same_bytes(self):
    self.assert_deterministic(plots.plot_kl_bars, [1.0, 0.0])

  def test_other_shapes_are_refused(self):
    with self.assertRaisesRegex(ValueError, r"\[code_size\], found \[2, 1\]"):
      plots.plot_kl_bars(self.path, [[1], [2]])
    with self.assertRaisesRegex(ValueError, r"active must be \[2\].*\[1\]"):
      plots.plot_kl_bars(self.path, [1, 2], active=[True])


if __name__ == "__main__":
  absltest.main()
