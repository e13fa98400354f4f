"""The figures of an evaluation as a table of plain text."""

from typing import Any, Dict

from vae_graph.report import figures, readings


def evaluation_table(evaluation: Dict[str, Any]) -> str:
  """Returns a line for each figure, after one that says on what it is.

  Args:
    evaluation: dict as of `ReportRun`, with `step`; its `warnings` come last.
  """
  rows = [
    (figure, readings.read(figure, evaluation))
    for figure in figures.figures_of([evaluation])
  ]
  width = max(len(figure.title) for figure, _ in rows)
  step = evaluation.get("step")
  at = "" if step is None else f"step {step:,}, "
  lines = [at + figures.describe_data(evaluation)]
  for figure, reading in rows:
    lines.append(f"{figure.title:<{width}}  {_cell(figure, reading)}")
  lines += [f"warning: {text}" for text in evaluation.get("warnings", ())]
  return "\n".join(lines)


def _cell(figure, reading):
  if reading.reason:
    return str(reading)
  parts = [str(reading), figure.unit]
  text = " ".join(part for part in parts if part)
  return f"{text} ({reading.note})" if reading.note else text
