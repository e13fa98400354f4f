"""The settings of runs: first what differs between them."""

from vae_graph.report.markup import Section, join, table, tag
from vae_graph.report.readings import DASH

# The parts that say what was done; of one run the others are folded up.
_FIRST = ("model", "objective", "data")


def settings(runs):
  """Returns the section of the runs' settings.

  Args:
    runs: list of `ReportRun`.
  """
  content = _all_of_one(runs[0].config) if len(runs) == 1 else _compared(runs)
  return Section("configuration", "Configuration", content)


def _compared(runs):
  columns = [_flatten(run.config) for run in runs]
  names = list(dict.fromkeys(name for column in columns for name in column))
  differing = [
    name
    for name in names
    if any(column.get(name) != columns[0].get(name) for column in columns)
  ]
  if differing:
    found = table(
      ["Setting"] + [run.name for run in runs],
      [
        [tag("code", name)] + [_text(column.get(name)) for column in columns]
        for name in differing
      ],
      "What differs",
    )
  else:
    found = tag("p", "The runs have the same settings throughout.")
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
  if not count:
    return found
  title = f"The {count} settings that the runs share"
  return join(found, _folded(title, _tables(shared)))


def _all_of_one(config):
  first = {part: config[part] for part in config if part in _FIRST}
  others = {part: config[part] for part in config if part not in _FIRST}
  parts = [_tables(first)]
  if others:
    title = "Settings of {}".format(" and ".join(others))
    parts.append(_folded(title, _tables(others)))
  return join(*parts)


def _folded(title, content):
  return tag("details", tag("summary", title), content)


def _tables(config):
  """Returns a table for each part of the settings."""
  return tag(
    "div",
    *[
      table(
        (),
        [[tag("code", name), _text(value)] for name, value in values.items()],
        part,
      )
      for part, values in config.items()
    ],
    class_="parts",
  )


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
    value = ", ".join(str(item) for item in value)
  if value == "":
    return tag("span", "empty", class_="muted")
  return join(value)
