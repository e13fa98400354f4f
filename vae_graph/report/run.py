"""What a report is made of."""

import typing

# So many colors of runs the style sheet knows; more runs begin anew.
_COLORS = 6


class Picture(typing.NamedTuple):
  """A picture of a run.

  content is a PNG or GIF file. Pictures of one title stand side by side.
  """

  title: str
  caption: str
  content: bytes


class ReportRun(typing.NamedTuple):
  """A run as a report shows it.

  Args:
    name: short, and no other run's.
    config: nested dict, as of `ExperimentConfig.to_dict`.
    metrics: the evaluations while it was trained, list of dicts as in
      `metrics.jsonl`.
    evaluation: dict of the figures in `figures.FIGURES`, with their standard
      errors as `NAME_stderr`; None where a model has no such figure, and then
      the reason is in the dict `undefined`; `warnings` are lines to be seen.
      None where there was no evaluation.
    pictures: `Picture`s, or tuples like them, in order.
    imported_from: dict with the `checkpoint` of another program that the run
      began with, its `layout` and `step`; None of any other run.
  """

  name: str
  config: typing.Dict[str, dict]
  metrics: typing.Sequence[dict] = ()
  evaluation: typing.Optional[dict] = None
  pictures: typing.Sequence[Picture] = ()
  imported_from: typing.Optional[dict] = None


def look(index):
  """Returns the class in the style sheet of the run at an index."""
  return f"run-{index % _COLORS + 1}"
