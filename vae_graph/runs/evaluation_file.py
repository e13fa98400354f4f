"""The last evaluation of a run, `evaluation.json`, checked as it is read."""

from vae_graph.runs import former_names, json_files

_TEXTS = ("checkpoint", "dataset", "pixels", "split")
_COUNTS = ("images", "step")


def read(path):
  """Returns the evaluation in a file, in the names of today.

  Args:
    path: the file.

  Raises:
    RunDirectoryError: it cannot be read, or a value in it is of another kind
      than `evaluate_model` returns.
  """
  evaluation = json_files.read_json_object(path)
  for name, value in evaluation.items():
    if value is not None and not _is_of_its_kind(name, value):
      raise json_files.unreadable(path, f"its {name!a} is none")
  return former_names.modernized(evaluation)


def _is_of_its_kind(name, value):
  if name in _TEXTS:
    return isinstance(value, str)
  if name in _COUNTS:
    return json_files.is_count(value)
  if name.endswith("_stderr"):
    return json_files.is_number(value)
  if name == "warnings":
    return isinstance(value, list) and all(
      isinstance(each, str) for each in value
    )
  if name == "undefined":
    return isinstance(value, dict) and all(
      isinstance(each, str) for each in value.values()
    )
  if isinstance(value, list):
    return _is_vector(value) or _is_square(value)
  return isinstance(value, (bool, str, dict)) or json_files.is_number(value)


def _is_vector(values):
  return all(value is None or json_files.is_number(value) for value in values)


def _is_square(rows):
  return all(
    isinstance(row, list) and len(row) == len(rows) and _is_vector(row)
    for row in rows
  )
