"""The head of a report: each run in a few figures."""

import typing
from typing import List

from vae_graph.report import figures, readings
from vae_graph.report.run import look


class Value(typing.NamedTuple):
  """A figure as a card shows it; the note of one that is missing says why."""

  title: str
  text: str
  note: str
  is_missing: bool


class Card(typing.NamedTuple):
  """A run in short: lines say what it is, values what it came to."""

  name: str
  look: str
  lines: List[str]
  values: List[Value]


def overview(runs):
  """Returns a `Card` for each run, all with the same figures.

  Args:
    runs: list of `ReportRun`.
  """
  found = [_figures_of(run) for run in runs]
  # The same for all, so that they stand beside each other.
  chosen = [
    figure
    for figure in figures.FIGURES
    if figure.name in figures.OVERVIEW
    and any(values.get(figure.name) is not None for values, _ in found)
  ]
  chosen.sort(key=lambda figure: figures.OVERVIEW.index(figure.name))
  return [
    Card(
      run.name,
      look(index),
      [line for line in _lines(run, source) if line],
      [_value(figure, readings.read(figure, values)) for figure in chosen],
    )
    for index, (run, (values, source)) in enumerate(zip(runs, found))
  ]


def _figures_of(run):
  """Returns a run's figures, and where they are from."""
  if run.evaluation is not None:
    return run.evaluation, figures.describe_data(run.evaluation)
  if not run.metrics:
    return {}, "neither trained nor evaluated yet"
  last = run.metrics[-1]
  values = {
    name[len("test_") :]: value
    for name, value in last.items()
    if name.startswith("test_")
  }
  return values, "last evaluation while training"


def _value(figure, reading):
  """Returns the `Value` of a figure."""
  if reading.reason:
    return Value(figure.title, reading.value, reading.reason, is_missing=True)
  text, unit = reading.value, figure.unit
  error = f"± {reading.stderr}" if reading.stderr else ""
  if unit == "%":
    text, unit = f"{text} %", ""
  error = f"{error} {unit}".strip()
  note = ", ".join(part for part in (error, reading.note) if part)
  return Value(figure.title, text, note, is_missing=False)


def _lines(run, source):
  """Returns what a run is in lines, of which some may be empty."""
  return _model(run.config), _origin(run), _training(run), source


def _model(config):
  """Returns the model in a line."""
  model = config.get("model", {})
  parts = [
    f"{model[name]} {name}"
    for name in ("network", "posterior", "prior", "likelihood")
    if name in model
  ]
  if "code_size" in model:
    parts.insert(1, f"code of {model['code_size']}")
  return " · ".join(parts)


def _origin(run):
  """Returns in a line what an imported run began with."""
  origin = run.imported_from
  if origin is None:
    return ""
  parts = [f"imported from {origin['checkpoint']}"]
  if origin.get("layout"):
    parts.append(f"layout {origin['layout']}")
  if origin.get("step") is not None:
    parts.append(f"step {origin['step']:,}")
  return " · ".join(parts)


def _training(run):
  """Returns in a line what it was trained on, and how long."""
  parts = []
  dataset = run.config.get("data", {}).get("dataset")
  objective = run.config.get("objective", {}).get("objective")
  if dataset:
    parts.append(f"{dataset} data")
  if objective:
    parts.append(f"objective {objective}")
  if run.metrics:
    last = run.metrics[-1]
    steps = f"{last['step']:,} steps"
    if last.get("epoch") is not None:
      steps += f" ({last['epoch']:.4g} epochs)"
    parts.append(steps)
  return " · ".join(parts)
