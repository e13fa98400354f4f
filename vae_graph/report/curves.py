"""The curves of runs while they were trained, drawn as SVG."""

import math
import typing

from vae_graph import charts
from vae_graph.report import readings
from vae_graph.report.markup import Section, join, tag

_WIDTH, _HEIGHT = 400, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 72, 10, 42
_LINE_HEIGHT = 15


class Panel(typing.NamedTuple):
  """What is drawn together: a value `test_NAME` and perhaps `train_NAME`."""

  name: str
  title: str
  unit: str


_PANELS = (
  Panel("elbo", "ELBO", "nats per image"),
  Panel("loss", "Loss", "of the objective"),
  Panel("distortion", "Distortion", "nats per image"),
  Panel("rate", "Rate", "nats per image"),
)


class Line(typing.NamedTuple):
  """The points (epoch, value) of a run's values of a split."""

  number: int
  run: str
  split: str
  points: typing.List[typing.Tuple[float, float]]


def curves(runs):
  """Returns the section of the runs' curves.

  Args:
    runs: list of `ReportRun`.

  Returns:
    The `Section`; None if there are no values.
  """
  panels = []
  for panel in _PANELS:
    lines = _lines(panel.name, runs)
    if lines:
      panels.append(
        tag(
          "figure",
          tag(
            "figcaption",
            tag("strong", panel.title),
            tag("span", f" {panel.unit}", class_="muted"),
          ),
          _draw(panel, lines),
        )
      )
  if not panels:
    return None
  keys = [
    tag("span", run.name, class_=f"key run-{number}")
    for number, run in enumerate(runs, 1)
  ]
  note = "Against the epoch. Solid: test; dashed: train."
  content = join(
    tag("p", *(keys if len(runs) > 1 else ()), " ", note, class_="muted"),
    tag("div", *panels, class_="panels"),
  )
  return Section("curves", "Curves", content)


def _lines(name, runs):
  lines = []
  for number, run in enumerate(runs, 1):
    if name == "loss" and any("test_elbo" in item for item in run.metrics):
      continue  # Its curve is the ELBO's.
    for split in ("train", "test"):
      points = [
        (record["epoch"], record.get(f"{split}_{name}"))
        for record in run.metrics
      ]
      points = [
        (epoch, value)
        for epoch, value in points
        if value is not None and math.isfinite(value)
      ]
      if points:
        lines.append(Line(number, run.name, split, points))
  return lines


def _draw(panel, lines):
  """Returns a panel as an SVG element."""
  epochs = [epoch for line in lines for epoch, _ in line.points]
  left, right = min(epochs), max(epochs)
  right = right if right > left else left + 1
  low, high = charts.value_range(
    [point for line in lines for point in line.points]
  )

  def x(epoch):
    share = (epoch - left) / (right - left)
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

  def y(value):
    share = (value - low) / (high - low)
    return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)

  drawn = [_grid_line(tick, y(tick)) for tick in ticks(low, high, 5)]
  drawn += [
    _text(_epoch(tick), x(tick), _HEIGHT - _BOTTOM + 18, "middle")
    for tick in ticks(left, right, 6)
  ]
  middle = (_LEFT + _WIDTH - _RIGHT) / 2
  drawn.append(_text("epoch", middle, _HEIGHT - 4, "middle"))
  inside = []
  for line in lines:
    places = [(x(epoch), y(value)) for epoch, value in line.points]
    inside.append(_path(line, places))
    if line.split == "test" and len(places) <= charts.MOST_MARKS:
      inside += [
        _mark(line, place, point) for place, point in zip(places, line.points)
      ]
  # An inner SVG element cuts off what lies beyond the range.
  drawn.append(
    tag(
      "svg",
      *inside,
      x=_LEFT - 6,
      y=_TOP - 6,
      width=_WIDTH - _LEFT - _RIGHT + 12,
      height=_HEIGHT - _TOP - _BOTTOM + 12,
      viewBox=f"{_LEFT - 6} {_TOP - 6} {_WIDTH - _LEFT - _RIGHT + 12}"
      f" {_HEIGHT - _TOP - _BOTTOM + 12}",
    )
  )
  drawn += _last_values(lines, y)
  return tag(
    "svg",
    *drawn,
    viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
    role="img",
    aria_label=_spoken(panel, lines),
  )


def ticks(low, high, about):
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


def _grid_line(value, y):
  text = charts.format_number(value, ",.6g")
  return join(
    tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="grid"),
    _text(text, _LEFT - 8, y + 4, "end"),
  )


def _text(text, x, y, anchor, class_=None):
  return tag(
    "text", text, x=x, y=round(y, 1), text_anchor=anchor, class_=class_
  )


def _path(line, places):
  points = " ".join(f"{x},{y}" for x, y in places)
  return tag(
    "polyline", points=points, class_=f"run-{line.number} {line.split}"
  )


def _mark(line, place, point):
  """Returns a mark that tells its value to a pointer at rest."""
  x, y = place
  epoch, value = point
  return tag(
    "circle",
    tag(
      "title",
      f"{line.run}, epoch {_epoch(epoch)}: {readings.format_value(value)}",
    ),
    cx=x,
    cy=y,
    r=2.5,
    class_=f"run-{line.number}",
  )


def _last_values(lines, y):
  """Returns the last test values, right of the lines and never overlapping."""
  ends = sorted(
    (y(line.points[-1][1]), line) for line in lines if line.split == "test"
  )
  places, least = [], 0
  for place, _ in ends:
    places.append(max(place, least))
    least = places[-1] + _LINE_HEIGHT
  most = _HEIGHT - _BOTTOM
  for index in reversed(range(len(places))):
    places[index] = min(places[index], most)
    most = places[index] - _LINE_HEIGHT
  return [
    _text(
      readings.format_value(line.points[-1][1]),
      _WIDTH - _RIGHT + 8,
      place + 4,
      "start",
      f"last run-{line.number}",
    )
    for place, (_, line) in zip(places, ends)
  ]


def _epoch(value):
  return f"{value:.4g}"


def _spoken(panel, lines):
  """Returns the panel in words."""
  ends = [
    f"{line.run} ends at {readings.format_value(line.points[-1][1])}"
    for line in lines
    if line.split == "test"
  ]
  return f"{panel.title} in {panel.unit} by epoch. {'; '.join(ends)}."
