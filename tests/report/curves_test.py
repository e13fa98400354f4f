import re

from absl.testing import absltest, parameterized

from tests.report import example
from vae_graph import report
from vae_graph.report import curves


def polylines(html):
  """Returns the points of each line, by its classes."""
  found = re.findall(r'<polyline points="([^"]*)" class="([^"]*)"', html)
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
    section = curves.curves([report.ReportRun("a", {}, metrics)])
    ((look, points),) = polylines(section.content)
    self.assertEqual(look, "run-1 test")
    (x1, y1), (x2, y2), (x4, y4) = points
    # Straight in both axes, and up is up.
    self.assertAlmostEqual(x4 - x2, 2 * (x2 - x1), delta=0.3)
    self.assertAlmostEqual(y4 - y2, y2 - y1, delta=0.3)
    self.assertLess(y4, y1)
    self.assertIn("a, epoch 2: −150", section.content)
    self.assertIn(
      'aria-label="ELBO in nats per image by epoch. a ends at −100."',
      section.content,
    )

  def test_a_loss_stands_in_for_a_missing_elbo_alone(self):
    runs = [example.vae(), example.mmd_vae()]
    for record in runs[0].metrics:
      record["test_loss"] = 1.0
    content = curves.curves(runs).content
    titles = re.findall("<figcaption><strong>(.*?)</strong>", content)
    self.assertEqual(titles, ["ELBO", "Loss", "Distortion", "Rate"])
    looks = [look for look, _ in polylines(content)]
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
    self.assertEqual(curves.ticks(low, high, about), expected)

  def test_last_values_do_not_overlap(self):
    runs = [
      report.ReportRun(
        name,
        {},
        [{"step": n, "epoch": n, "test_elbo": -100.0 - n} for n in range(4)],
      )
      for name in "abc"
    ]
    content = curves.curves(runs).content
    heights = re.findall(r'<text x="\S+" y="(\S+)" [^>]*class="last', content)
    heights = sorted(map(float, heights))
    self.assertLen(heights, 3)
    for upper, lower in zip(heights, heights[1:]):
      self.assertGreaterEqual(lower - upper, 14)

  def test_values_that_are_not_there_are_left_out(self):
    metrics = [
      {"step": 1, "epoch": 1, "test_elbo": None},
      {"step": 2, "epoch": 2, "test_elbo": float("inf")},
      {"step": 3, "epoch": 3, "test_elbo": -5.0},
    ]
    content = curves.curves([report.ReportRun("a", {}, metrics)]).content
    ((_, points),) = polylines(content)
    self.assertLen(points, 1)
    self.assertIsNone(curves.curves([report.ReportRun("a", {}, metrics[:2])]))


if __name__ == "__main__":
  absltest.main()
