import math

import numpy as np
from absl.testing import absltest

from tests.plots import picture
from vae_graph import plots

MINUS = "\N{MINUS SIGN}"


def evaluation(epoch):
  """Returns what a run of the published script looks like."""
  if epoch == 0:
    return {
      "step": 0,
      "epoch": 0.0,
      "test_elbo": -544.0,
      "test_rate": 0.5,
      "test_distortion": 543.5,
    }
  elbo = -144 - 27 * math.exp(-(epoch - 1) / 4)
  rate = 6.9 - math.exp(-epoch / 5)
  return {
    "step": 600 * epoch,
    "epoch": float(epoch),
    "train_elbo": elbo - 0.5,
    "test_elbo": elbo,
    "test_rate": rate,
    "test_distortion": -elbo - rate,
  }


def texts(axes):
  return [text.get_text() for text in axes.texts if text.get_text()]


class TrainingCurveTest(picture.PictureTestCase):
  def test_lines_are_the_metrics(self):
    metrics = [evaluation(epoch) for epoch in range(21)]
    figure = self.draw_figure(plots.plot_training_curve, metrics)
    elbo_axes, distortion_axes, rate_axes = figure.axes
    train, test = elbo_axes.lines
    self.assertEqual([train.get_label(), test.get_label()], ["train", "test"])
    np.testing.assert_array_equal(train.get_xdata(), np.arange(1, 21))
    np.testing.assert_array_equal(
      train.get_ydata(), [record["train_elbo"] for record in metrics[1:]]
    )
    for axes, name in (
      (elbo_axes, "test_elbo"),
      (distortion_axes, "test_distortion"),
      (rate_axes, "test_rate"),
    ):
      np.testing.assert_array_equal(axes.lines[-1].get_xdata(), np.arange(21))
      np.testing.assert_array_equal(
        axes.lines[-1].get_ydata(), [record[name] for record in metrics]
      )
      self.assertEqual(axes.get_xlabel(), "epoch")
      self.assertEqual(axes.get_ylabel(), "nats per image")
    self.assertIn("ELBO", elbo_axes.get_title())
    self.assertIn("distortion", distortion_axes.get_title())
    self.assertIn("rate", rate_axes.get_title())

  def test_value_before_training_is_cut_off_and_marked(self):
    metrics = [evaluation(epoch) for epoch in range(21)]
    figure = self.draw_figure(plots.plot_training_curve, metrics)
    elbo_axes, distortion_axes, rate_axes = figure.axes
    low, high = elbo_axes.get_ylim()
    self.assertBetween(low, -180, -171.5)
    self.assertBetween(high, -144, -138)
    last = metrics[-1]
    self.assertEqual(
      texts(elbo_axes), [f"{MINUS}544.0", f"{MINUS}{-last['test_elbo']:.1f}"]
    )
    self.assertEqual(
      texts(distortion_axes), ["543.5", f"{last['test_distortion']:.1f}"]
    )
    self.assertEqual(texts(rate_axes), ["0.50", f"{last['test_rate']:.2f}"])

  def test_figures_beside_the_curve_lie_inside_their_panel(self):
    metrics = [evaluation(epoch) for epoch in range(21)]
    figure = self.draw_figure(plots.plot_training_curve, metrics)
    for axes in figure.axes:
      panel = axes.get_window_extent()
      for text in axes.texts:
        if text.get_text():
          box = text.get_window_extent()
          self.assertGreater(box.x0, panel.x0)
          self.assertLess(box.x1, panel.x1)
          self.assertGreater(box.y0, panel.y0)
          self.assertLess(box.y1, panel.y1)

  def test_first_epoch_alone_is_shown_with_the_start(self):
    metrics = [evaluation(0), evaluation(1)]
    figure = self.draw_figure(plots.plot_training_curve, metrics)
    low, high = figure.axes[1].get_ylim()
    self.assertLess(low, metrics[1]["test_distortion"])
    self.assertGreater(high, 543.5)

  def test_single_evaluation(self):
    for epoch in (0, 1):
      metrics = [evaluation(epoch)]
      figure = self.draw_figure(plots.plot_training_curve, metrics)
      elbo = metrics[0]["test_elbo"]
      self.assertEqual(texts(figure.axes[0]), [f"{MINUS}{-elbo:.1f}"])
      low, high = figure.axes[0].get_ylim()
      self.assertBetween(elbo, low, high)

  def test_evaluation_within_the_first_epoch(self):
    metrics = [dict(evaluation(1), epoch=0.3)]
    axes = self.draw_figure(plots.plot_training_curve, metrics).axes[0]
    labels = [label.get_text() for label in axes.get_xticklabels()]
    self.assertEqual(labels, ["0.3"])

  def test_missing_null_and_non_finite_values_are_left_out(self):
    metrics = [evaluation(epoch) for epoch in range(5)]
    metrics[2]["test_elbo"] = None
    metrics[3]["test_elbo"] = math.inf
    del metrics[4]["test_rate"]
    figure = self.draw_figure(plots.plot_training_curve, metrics)
    elbo_axes, _, rate_axes = figure.axes
    np.testing.assert_array_equal(elbo_axes.lines[1].get_xdata(), [0, 1, 4])
    np.testing.assert_array_equal(rate_axes.lines[0].get_xdata(), range(4))

  def test_without_an_elbo_the_loss_is_drawn(self):
    metrics = [
      {
        "step": 600 * epoch,
        "epoch": float(epoch),
        "test_loss": 0.03 + 0.05 / (epoch + 1),
        "train_loss": 0.04 + 0.05 / (epoch + 1),
        "test_distortion": 60 + 40 / (epoch + 1),
      }
      for epoch in range(5)
    ]
    figure = self.draw_figure(plots.plot_training_curve, metrics)
    loss_axes, distortion_axes = figure.axes
    train, test = loss_axes.lines
    self.assertEqual([train.get_label(), test.get_label()], ["train", "test"])
    for line, name in ((train, "train_loss"), (test, "test_loss")):
      np.testing.assert_array_equal(
        line.get_ydata(), [record[name] for record in metrics]
      )
    self.assertEqual(loss_axes.get_ylabel(), "loss")
    self.assertEqual(texts(loss_axes), ["0.04"])
    self.assertIn("distortion", distortion_axes.get_title())
    np.testing.assert_array_equal(
      distortion_axes.lines[0].get_ydata(),
      [record["test_distortion"] for record in metrics],
    )

  def test_small_figures_keep_three_digits(self):
    metrics = [{"epoch": 1, "test_loss": 0.031249}]
    axes = self.draw_figure(plots.plot_training_curve, metrics).axes[0]
    self.assertEqual(texts(axes), ["0.0312"])

  def test_a_loss_beside_the_elbo_changes_nothing(self):
    metrics = [evaluation(epoch) for epoch in range(5)]
    plots.plot_training_curve(self.path, metrics)
    without = self.read_bytes()
    for record in metrics:
      record["test_loss"] = -record["test_elbo"]
    plots.plot_training_curve(self.path, metrics)
    self.assertEqual(self.read_bytes(), without)
    # The ELBO of a run that diverged is null, but it is what counts there.
    for record in metrics:
      record["test_elbo"] = None
    axes = self.draw_figure(plots.plot_training_curve, metrics).axes
    self.assertIn("ELBO", axes[0].get_title())

  def test_no_value_at_all_still_gives_a_picture(self):
    self.draw(plots.plot_training_curve, [{"step": 0, "epoch": 0}])

  def test_no_evaluations_are_refused(self):
    with self.assertRaisesRegex(ValueError, "at least one evaluation"):
      plots.plot_training_curve(self.path, [])

  def test_long_runs_are_lines_without_markers(self):
    metrics = [evaluation(epoch) for epoch in range(200)]
    figure = self.draw_figure(plots.plot_training_curve, metrics)
    self.assertEqual(figure.axes[0].lines[1].get_markersize(), 0)

  def test_same_input_gives_the_same_bytes(self):
    metrics = [evaluation(epoch) for epoch in range(5)]
    self.assert_deterministic(plots.plot_training_curve, metrics)


if __name__ == "__main__":
  absltest.main()
