"""The table of all figures that were measured."""

from vae_graph.report import figures, readings
from vae_graph.report.markup import Section, join, table, tag


def measurements(runs):
  """Returns the section with every figure of the runs.

  Args:
    runs: list of `ReportRun`.

  Returns:
    The `Section`; None if not one run was evaluated.
  """
  evaluations = [run.evaluation for run in runs]
  found = [evaluation for evaluation in evaluations if evaluation is not None]
  if not found:
    return None
  rows = []
  if any(figures.describe_data(evaluation) for evaluation in found):
    rows.append(["Measured on"] + [_data(e) for e in evaluations])
  for figure in figures.figures_of(found):
    cells = [
      _cell(figure, readings.read(figure, evaluation))
      for evaluation in evaluations
    ]
    rows.append([_description(figure)] + cells)
  head = ["Figure"] + [run.name for run in runs]
  note = "± is the standard error over the images."
  if not any(name.endswith("_stderr") for values in found for name in values):
    note = None
  content = join(
    tag("p", note, class_="muted") if note else None,
    *[warning for run in runs for warning in _warnings(run)],
    table(head, rows),
  )
  return Section("evaluation", "Evaluation", content)


def _data(evaluation):
  """Returns which images, and which step, an evaluation is of."""
  evaluation = evaluation or {}
  step = evaluation.get("step")
  return join(
    figures.describe_data(evaluation) or readings.DASH,
    None if step is None else tag("span", f"step {step:,}", class_="note"),
  )


def _warnings(run):
  """Returns what the evaluation of a run warns of."""
  return [
    tag("p", tag("strong", f"{run.name}: "), text, class_="warning")
    for text in (run.evaluation or {}).get("warnings") or ()
  ]


def _description(figure):
  """Returns a figure's name, unit, direction and meaning."""
  details = [figure.unit if figure.unit != "%" else ""]
  details.append(f"{figure.better} is better" if figure.better else "")
  line = ", ".join(part for part in details if part)
  return join(
    figure.title,
    tag("span", line, class_="note") if line else None,
    tag("span", figure.meaning, class_="note") if figure.meaning else None,
  )


def _cell(figure, reading):
  if reading.reason:
    return join(
      tag("span", reading.value, class_="muted"),
      tag("span", reading.reason, class_="note"),
    )
  percent = " %" if figure.unit == "%" else ""
  error = f" ± {reading.stderr}" if reading.stderr else ""
  return join(
    tag("span", reading.value, class_="value"),
    tag("span", error, class_="error") if error else None,
    percent,
    tag("span", reading.note, class_="note") if reading.note else None,
  )
