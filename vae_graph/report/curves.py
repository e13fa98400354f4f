"""The curves of runs while they were trained: where their SVG has what."""

import math
import typing
from typing import List

from vae_graph import charts
from vae_graph.report import readings
from vae_graph.report.run import look

_LINE_HEIGHT = 15


class Frame(typing.NamedTuple):
  """The size of a panel, and where in it the lines are, in pixels."""

  width: int = 400
  height: int = 270
  left: int = 56
  right: int = 328
  top: int = 10
  bottom: int = 228


_FRAME = Frame()


class Quantity(typing.NamedTuple):
  """What is drawn together: a value `test_NAME` and perhaps `train_NAME`."""

  name: str
  title: str
  unit: str


_QUANTITIES = (
  Quantity("elbo", "ELBO", "nats per image"),
  Quantity("loss", "Loss", "of the objective"),
  Quantity("distortion", "Distortion", "nats per image"),
  Quantity("rate", "Rate", "nats per image"),
)


class Curve(typing.NamedTuple):
  """The points (epoch, value) of a run's values of a split."""

  index: int  # type: ignore[assignment]  # over that of a tuple
  run: str
  split: str
  points: typing.List[typing.Tuple[float, float]]


class Label(typing.NamedTuple):
  """A text at a place along its axis; look is the class of its run."""

  place: float
  text: str
  look: str = ""


class Mark(typing.NamedTuple):
  """A mark that tells its value to a pointer at rest."""

  x: float
  y: float
  text: str


class Line(typing.NamedTuple):
  """A line in the look of its run and split: points as SVG has them."""

  look: str
  split: str
  points: str
  marks: List[Mark]


class Panel(typing.NamedTuple):
  """The curves of a quantity: lines, axes, last values, and all in words."""

  title: str
  unit: str
  spoken: str
  values: List[Label]
  epochs: List[Label]
  lines: List[Line]
  ends: List[Label]


class Curves(typing.NamedTuple):
  """All panels, each of the size of the frame, and (name, look) of each run."""

  frame: Frame
  keys: List[typing.Tuple[str, str]]
  panels: List[Panel]


def curves(runs):
  """Returns the `Curves` of runs; None if there are no values.

  Args:
    runs: list of `ReportRun`.
  """
  found = [(quantity, _curves(quantity.name, runs)) for quantity in _QUANTITIES]
  panels = [_panel(*each) for each in found if each[1]]
  if not panels:
    return None
  keys = [(run.name, look(index)) for index, run in enumerate(runs)]
  return Curves(_FRAME, keys, panels)


def _curves(name, runs):
  found = []
  for index, run in enumerate(runs):
    if name == "loss" and any("test_elbo" in item for item in run.metrics):
      continue  # Its curve is the ELBO's.
    for split in ("train", "test"):
      points = [
        (record.get("epoch"), record.get(f"{split}_{name}"))
        for record in run.metrics
      ]
      points = [
        (epoch, value)
        for epoch, value in points
        if None not in (epoch, value) and math.isfinite(value)
      ]
      if points:
        found.append(Curve(index, run.name, split, points))
  return found


def _panel(quantity, found):
  """Returns the `Panel` of a quantity with these curves."""
  points = [point for curve in found for point in curve.points]
  epochs = [epoch for epoch, _ in points]
  first, last = min(epochs), max(epochs)
  last = last if last > first else first + 1
  low, high = charts.value_range(points)

  def x(epoch):
    share = (epoch - first) / (last - first)
    return round(_FRAME.left + share * (_FRAME.right - _FRAME.left), 1)

  def y(value):
    share = (value - low) / (high - low)
    return round(_FRAME.bottom - share * (_FRAME.bottom - _FRAME.top), 1)

  return Panel(
    quantity.title,
    quantity.unit,
    _spoken(quantity, found),
    values=[
      Label(y(tick), charts.format_number(tick, ",.6g"))
      for tick in ticks(low, high, about=5)
    ],
    epochs=[
      Label(x(tick), _epoch(tick)) for tick in ticks(first, last, about=6)
    ],
    lines=[_line(curve, x, y) for curve in found],
    ends=_ends([curve for curve in found if curve.split == "test"], y),
  )


def ticks(low, high, *, about):
  """Returns about so many round numbers from low to high."""
  step = 10 ** math.floor(math.log10((high - low) / about))
  for factor in (1, 2, 5, 10):
    if (high - low) / (factor * step) <= about:
      break
  step *= factor
  first = math.ceil(low / step - 1e-9)
  last = math.floor(high / step + 1e-9)
  # Rounded, lest 3 * 0.1 be 0.30000000000000004.
  return [float(f"{step * n:.12g}") for n in range(first, last + 1)]


def _line(curve, x, y):
  """Returns the `Line` of a curve, with marks where they keep apart."""
  points = [(x(epoch), y(value)) for epoch, value in curve.points]
  marks = []
  if curve.split == "test" and len(points) <= charts.MOST_MARKS:
    marks = [
      Mark(*place, f"{curve.run}, epoch {_epoch(epoch)}: {_value(value)}")
      for place, (epoch, value) in zip(points, curve.points)
    ]
  joined = " ".join(f"{x},{y}" for x, y in points)
  return Line(look(curve.index), curve.split, joined, marks)


def _ends(found, y):
  """Returns the last values, beside the lines and never overlapping."""
  found = sorted(found, key=lambda curve: y(curve.points[-1][1]))
  places, least = [], _FRAME.top
  for curve in found:
    places.append(max(y(curve.points[-1][1]), least))
    least = places[-1] + _LINE_HEIGHT
  most = _FRAME.bottom
  for index in reversed(range(len(places))):
    places[index] = round(min(places[index], most), 1)
    most = places[index] - _LINE_HEIGHT
  return [
    Label(place, _value(curve.points[-1][1]), look(curve.index))
    for place, curve in zip(places, found)
  ]


def _value(value):
  return readings.format_value(value)


def _epoch(value):
  return f"{value:.4g}"


def _spoken(quantity, found):
  """Returns the panel in words."""
  ends = [
    f"{curve.run} ends at {_value(curve.points[-1][1])}"
    for curve in found
    if curve.split == "test"
  ]
  return f"{quantity.title} in {quantity.unit} by epoch. {'; '.join(ends)}."
