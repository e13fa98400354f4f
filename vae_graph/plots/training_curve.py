"""The curve of a run: its evaluations against the epoch."""

import math

import numpy as np
from matplotlib.ticker import MaxNLocator

from vae_graph import charts
from vae_graph.plots import style

_WIDTH, _HEIGHT = 1320, 640
_LOOKS = {
  "train": {"color": "#e76300", "linestyle": "--", "marker": "s"},
  "test": {"color": "#0f6cb6", "linestyle": "-", "marker": "o"},
}


def plot_training_curve(path, metrics):
  """Draws the ELBO, and beside it distortion and rate, against the epoch.

  Of a model without an ELBO (its encoder is deterministic) the loss that
  training minimizes is drawn, and beside it the distortion.

  Values before epoch 1, which may be far off, do not squash the curve: where
  they would, the vertical range is that of the others, and an arrow at the edge
  marks each value beyond it with its figure.

  Args:
    path: the PNG file to write.
    metrics: the evaluations as in `metrics.jsonl`: dicts of `epoch` and, in
      nats per image, `test_elbo`, `test_rate`, `test_distortion` and
      `train_elbo`; where no record has a `test_elbo`, of `test_loss` and
      `train_loss` in the loss's own unit, and `test_distortion`. A value that
      is missing, None or not finite leaves a gap.

  Raises:
    ValueError: there are no evaluations.
  """
  if not metrics:
    raise ValueError("metrics must hold at least one evaluation")
  has_loss_alone = any("test_loss" in record for record in metrics) and not any(
    "test_elbo" in record for record in metrics
  )
  figure = style.make_figure(_WIDTH, _HEIGHT, layout="constrained")
  grid = figure.add_gridspec(2, 2, width_ratios=(5, 4))
  main_axes = figure.add_subplot(grid[:, 0])
  if has_loss_alone:
    main = ("train_loss", "test_loss")
    _draw(main_axes, "Loss that training minimizes", metrics, main, "loss")
    distortion_axes = figure.add_subplot(grid[:, 1])
  else:
    main = ("train_elbo", "test_elbo")
    _draw(main_axes, "Evidence lower bound (ELBO)", metrics, main)
    distortion_axes = figure.add_subplot(grid[0, 1])
  title = f"Test distortion, {charts.MINUS}E[log p(x|z)]"
  _draw(distortion_axes, title, metrics, ("test_distortion",))
  if not has_loss_alone:
    rate_axes = figure.add_subplot(grid[1, 1])
    title = "Test rate, KL(q(z|x) || p(z))"
    _draw(rate_axes, title, metrics, ("test_rate",))
  style.save_png(figure, path)


def _column(metrics, name):
  """Returns one value of each evaluation, NaN where there is none."""
  values = [record.get(name) for record in metrics]
  values = [math.nan if value is None else value for value in values]
  values = np.asarray(values, np.float64)
  return np.where(np.isfinite(values), values, np.nan)


def _draw(axes, title, metrics, names, unit="nats per image"):
  """Draws one panel.

  Args:
    axes: where to.
    title: what the values are.
    metrics: the evaluations.
    names: of their values, `train_...` or `test_...`; the last value of the
      last one is written beside it.
    unit: of the values.
  """
  style.style_axes(axes, title, "epoch", unit)
  epochs = _column(metrics, "epoch")
  columns = [_column(metrics, name) for name in names]
  points = [point for values in columns for point in zip(epochs, values)]
  axes.set_ylim(*charts.value_range(points))
  start, end = epochs.min(), epochs.max()
  span = max(end - start, 1)
  # Room for the figures of values cut off, and for the last figure.
  axes.set_xlim(start - 0.25 * span, end + 0.25 * span)
  ticks = MaxNLocator(integer=True).tick_values(start, end)
  ticks = [tick for tick in ticks if start <= tick <= end]
  axes.set_xticks(ticks or [start])
  for line, (name, values) in enumerate(zip(names, columns)):
    split = name.split("_")[0]
    look = _LOOKS[split]
    there = np.isfinite(values)
    if not there.any():
      continue
    marker_size = 4 if there.sum() <= charts.MOST_MARKS else 0
    axes.plot(
      epochs[there],
      values[there],
      label=split,
      linewidth=1.6,
      markersize=marker_size,
      **look,
    )
    _mark_cut_values(axes, epochs, values, look["color"], line)
  _write_last(axes, epochs, columns[-1], look["color"])
  if len(axes.lines) > 1:
    # Where the curve is not: a bound rises, a loss falls.
    corner = "upper right" if unit == "loss" else "lower right"
    axes.legend(fontsize=style.LABEL_SIZE, loc=corner)


def _mark_cut_values(axes, epochs, values, color, line):
  """Marks values outside the range with an arrow head and their figure."""
  low, high = axes.get_ylim()
  for epoch, value in zip(epochs, values):
    if low <= value <= high or np.isnan(value):
      continue
    edge, sign = (0, 1) if value < low else (1, -1)
    place = {"xy": (epoch, edge), "xycoords": axes.get_xaxis_transform()}
    axes.annotate(
      "",
      xytext=(0, sign * 16),
      textcoords="offset points",
      arrowprops={"arrowstyle": "-|>", "color": color, "shrinkB": 0},
      **place,
    )
    _write(
      axes,
      _number(value),
      (-6, sign * (9 + 14 * line)),
      color,
      ha="right",
      **place,
    )


def _write_last(axes, epochs, values, color):
  """Writes the last value to the right of its point."""
  there = np.flatnonzero(np.isfinite(values))
  if len(there):
    last = there[-1]
    place = {"xy": (epochs[last], values[last])}
    _write(axes, _number(values[last]), (7, 0), color, **place)


def _write(axes, text, offset, color, ha="left", **place):
  """Writes a figure beside a place, in points from it, outlined in white."""
  axes.annotate(
    text,
    xytext=offset,
    textcoords="offset points",
    ha=ha,
    va="center",
    fontsize=style.LABEL_SIZE,
    fontweight="bold",
    color=color,
    path_effects=[style.outline()],
    **place,
  )


def _number(value):
  """Returns a figure as the ticks show it."""
  if 0 < abs(value) < 0.1:
    return charts.format_number(value, ".3g")
  return charts.format_number(value, ",.1f" if abs(value) >= 100 else ",.2f")
