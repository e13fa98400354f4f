"""The settings of runs: first what differs between them."""

import typing
from typing import List

from vae_graph.report.readings import DASH

# The parts that say what was done; of one run the others are folded up.
_FIRST = ("model", "objective", "data")


class Setting(typing.NamedTuple):
  """A setting, and its value as text in each run that is shown."""

  name: str
  texts: List[str]


class Part(typing.NamedTuple):
  """The settings of a part of the configuration."""

  name: str
  settings: List[Setting]


class Settings(typing.NamedTuple):
  """The settings of the runs.

  Args:
    differing: what several runs do not have in common.
    shown: `Part`s to be seen.
    folded: `Part`s to be seen by whoever asks for them.
    folded_title: what the folded ones are.
  """

  differing: List[Setting]
  shown: List[Part]
  folded: List[Part]
  folded_title: str


def settings(runs):
  """Returns the `Settings` of runs.

  Args:
    runs: list of `ReportRun`.
  """
  return _of_one(runs[0].config) if len(runs) == 1 else _compared(runs)


def _of_one(config):
  shown = {part: config[part] for part in config if part in _FIRST}
  folded = {part: config[part] for part in config if part not in _FIRST}
  return Settings(
    differing=[],
    shown=_parts(shown),
    folded=_parts(folded),
    folded_title="Settings of {}".format(" and ".join(folded)),
  )


def _compared(runs):
  columns = [_flatten(run.config) for run in runs]
  names = list(dict.fromkeys(name for column in columns for name in column))
  differing = [
    name
    for name in names
    if any(column.get(name) != columns[0].get(name) for column in columns)
  ]
  shared = {}
  for part, values in runs[0].config.items():
    values = {
      name: value
      for name, value in values.items()
      if f"{part}.{name}" not in differing
    }
    if values:
      shared[part] = values
  count = sum(len(values) for values in shared.values())
  return Settings(
    differing=[
      Setting(name, [_text(column.get(name)) for column in columns])
      for name in differing
    ],
    shown=[],
    folded=_parts(shared),
    folded_title=f"The {count} settings that the runs share",
  )


def _parts(config):
  return [
    Part(
      part, [Setting(name, [_text(value)]) for name, value in values.items()]
    )
    for part, values in config.items()
  ]


def _flatten(config):
  return {
    f"{part}.{name}": value
    for part, values in config.items()
    for name, value in values.items()
  }


def _text(value):
  """Returns a setting's value as a flag would have it."""
  if value is None:
    return DASH
  if isinstance(value, bool):
    return str(value).lower()
  if isinstance(value, (list, tuple)):
    return ", ".join(str(item) for item in value)
  return str(value)
