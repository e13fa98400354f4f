"""The table of all figures that were measured."""

import typing
from typing import List, Tuple

from vae_graph.report import figures, readings


class Row(typing.NamedTuple):
  """A figure, and what it came to in each run.

  Args:
    title: what readers call it.
    notes: its unit and direction, its meaning; empty ones are left out.
    sign: what follows each value.
    readings: a `Reading` for each run.
  """

  title: str
  notes: List[str]
  sign: str
  readings: List[readings.Reading]


class Measurements(typing.NamedTuple):
  """Every figure of the runs.

  Args:
    has_errors: whether there is a standard error among them.
    warnings: pairs of a run's name and what its evaluation warns of.
    sources: for each run which images its evaluation is of, and of which step;
      the step may be empty. Without any such runs it is empty itself.
    rows: the figures.
  """

  has_errors: bool
  warnings: List[Tuple[str, str]]
  sources: List[Tuple[str, str]]
  rows: List[Row]


def measurements(runs):
  """Returns the `Measurements` of runs; None if not one was evaluated.

  Args:
    runs: list of `ReportRun`.
  """
  evaluations = [run.evaluation for run in runs]
  found = [evaluation for evaluation in evaluations if evaluation is not None]
  if not found:
    return None
  has_sources = any(figures.describe_data(evaluation) for evaluation in found)
  return Measurements(
    has_errors=any(
      name.endswith("_stderr") for values in found for name in values
    ),
    warnings=[
      (run.name, text)
      for run in runs
      for text in (run.evaluation or {}).get("warnings") or ()
    ],
    sources=[_source(each) for each in evaluations] if has_sources else [],
    rows=[_row(figure, evaluations) for figure in figures.figures_of(found)],
  )


def _source(evaluation):
  """Returns which images, and which step, an evaluation is of."""
  evaluation = evaluation or {}
  step = evaluation.get("step")
  return (
    figures.describe_data(evaluation) or readings.DASH,
    "" if step is None else f"step {step:,}",
  )


def _row(figure, evaluations):
  """Returns the `Row` of a figure."""
  is_share = figure.unit == "%"
  details = (
    "" if is_share else figure.unit,
    f"{figure.better} is better" if figure.better else "",
  )
  notes = (", ".join(filter(None, details)), figure.meaning)
  return Row(
    figure.title,
    [note for note in notes if note],
    " %" if is_share else "",
    [readings.read(figure, evaluation) for evaluation in evaluations],
  )
