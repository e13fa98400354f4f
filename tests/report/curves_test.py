import re

from absl.testing import absltest, parameterized

from tests.report import example
from vae_graph import report
from vae_graph.report import curves


def polylines(html):
  """Returns the points of each line, by its classes."""
  found = re.findall(r'<polyline points="([^"]*)"\s+class="([^"]*)"', html)
  return [
    (look, [tuple(map(float, p.split(","))) for p in points.split()])
    for points, look in found
  ]


class CurvesTest(parameterized.TestCase):
  def test_lines_are_the_metrics(self):
    metrics = [
      {"step": n, "epoch": n, "test_elbo": value}
      for n, value in ((1, -200), (2, -150), (4, -100))
    ]
    html = report.build_report([report.ReportRun("a", {}, metrics)])
    ((look, points),) = polylines(html)
    self.assertEqual(look, "run-1 test")
    (x1, y1), (x2, y2), (x4, y4) = points
    # Straight in both axes, and up is up.
    self.assertAlmostEqual(x4 - x2, 2 * (x2 - x1), delta=0.3)
    self.assertAlmostEqual(y4 - y2, y2 - y1, delta=0.3)
    self.assertLess(y4, y1)
    self.assertIn("<title>a, epoch 2: −150", html)
    self.assertIn(
      'aria-label="ELBO in nats per image by epoch. a ends at −100."', html
    )

  def test_a_loss_stands_in_for_a_missing_elbo_alone(self):
    runs = [example.vae(), example.mmd_vae()]
    for record in runs[0].metrics:
      record["test_loss"] = 1.0
    html = report.build_report(runs)
    titles = re.findall("<figcaption><strong>(.*?)</strong>", html)
    self.assertEqual(titles, ["ELBO", "Loss", "Distortion", "Rate"])
    looks = [look for look, _ in polylines(html)]
    self.assertEqual(
      looks,
      ["run-1 train", "run-1 test", "run-2 test"]
      + ["run-1 test", "run-2 test"]
      + ["run-1 test"],
    )

  @parameterized.parameters(
    (0, 20, 6, [0, 5, 10, 15, 20]),
    (-200, -140, 5, [-200, -180, -160, -140]),
    (0.05, 0.32, 5, [0.1, 0.2, 0.3]),
    (3, 4, 6, [3, 3.2, 3.4, 3.6, 3.8, 4]),
  )
  def test_ticks_are_round(self, low, high, about, expected):
    self.assertEqual(curves.ticks(low, high, about=about), expected)

  @parameterized.parameters(
    # Three runs of the same values.
    ((-100.0, -103.0), (-100.0, -103.0), (-100.0, -103.0)),
    # Two that are beyond the range, above and below it.
    ((900.0,), (-900.0,), (-100.0, -103.0)),
  )
  def test_last_values_are_on_the_panel_and_do_not_overlap(self, *values):
    runs = [
      report.ReportRun(
        f"run {index}",
        {},
        [
          {"step": epoch, "epoch": epoch, "test_elbo": value}
          for epoch, value in enumerate(each, 2 - len(each))
        ],
      )
      for index, each in enumerate(values)
    ]
    view = curves.curves(runs)
    heights = [end.place for end in view.panels[0].ends]
    self.assertLen(heights, 3)
    self.assertGreaterEqual(heights[0], view.frame.top)
    self.assertLessEqual(heights[-1], view.frame.bottom)
    for upper, lower in zip(heights, heights[1:]):
      self.assertGreaterEqual(lower - upper, 14)

  def test_values_that_are_not_there_are_left_out(self):
    metrics = [
      {"step": 1, "epoch": 1, "test_elbo": None},
      {"step": 2, "epoch": 2, "test_elbo": float("inf")},
      {"step": 3, "epoch": 3, "test_elbo": -5.0},
    ]
    (panel,) = curves.curves([report.ReportRun("a", {}, metrics)]).panels
    (line,) = panel.lines
    self.assertLen(line.marks, 1)
    self.assertIsNone(curves.curves([report.ReportRun("a", {}, metrics[:2])]))


if __name__ == "__main__":
  absltest.main()
