"""A run's folder and small files, with errors of one line."""

import json
import os

from vae_graph import errors, files

# Far more than any run writes, and few enough to be read.
_MOST_BYTES = 2**28
# Where no run has begun in a folder.
ANOTHER_FOLDER = " or choose another --logdir"
# No figure of a model comes near; sums and ranges of such numbers are finite.
_MOST = 1e100


def write_text(path, text):
  """Writes a file atomically; its folder is made if it is missing.

  Raises:
    RunDirectoryError: it cannot be written.
  """
  try:
    files.write_atomically(path, text)
  except OSError as error:
    raise unwritable(path, error) from error


def write_json(path, value):
  """Writes a value as strict JSON, for people to read; see `strict_json`.

  Raises:
    RunDirectoryError: it cannot be written.
  """
  write_text(path, files.strict_json(value, indent=2) + "\n")


def read_json_object(path):
  """Returns the dict that a JSON file holds.

  Raises:
    RunDirectoryError: it cannot be read or holds something else.
  """
  try:
    content = parse(files.read_file(path, most_bytes=_MOST_BYTES))
  except OSError as error:
    raise unreadable(path, error.strerror) from error
  except ValueError as error:
    raise unreadable(path, error) from error
  if not isinstance(content, dict):
    raise unreadable(path, "it holds no JSON object")
  return content


def parse(content, *, parse_constant=lambda name: None):
  """Returns the value that is the JSON text in some bytes.

  Args:
    content: the bytes.
    parse_constant: function of the names of NaN and infinity, which JSON does
      not know but some programs write. By default they are None, as
      `files.strict_json` has it; `float` keeps them.

  Raises:
    ValueError: it is none, or none that Python could hold.
  """
  try:
    return json.loads(content.decode("utf-8"), parse_constant=parse_constant)
  except RecursionError:
    raise ValueError("it is nested too deeply") from None


def is_number(value):
  """Returns whether a value is a number such as a figure can be."""
  return type(value) in (int, float) and abs(value) < _MOST


def is_count(value):
  """Returns whether a value is a number of things that can be, or a step."""
  return type(value) is int and 0 <= value < 2**63


def make_folder(path):
  """Makes a folder and those it is in; returns whether it was missing.

  Raises:
    RunDirectoryError: one cannot be made, or its name is that of a file.
  """
  if os.path.isdir(path):
    return False
  try:
    os.makedirs(path, exist_ok=True)
  except OSError as error:
    place = path
    while place and not os.path.lexists(place):
      place = os.path.dirname(place)
    if place and not os.path.isdir(place):
      raise not_a_folder(place) from error
    if isinstance(error, FileExistsError):  # Somebody has just removed it.
      return make_folder(path)
    raise unwritable(path, error, or_else=ANOTHER_FOLDER) from error
  return True


def not_a_folder(path):
  """Returns the error to raise where a folder's name is that of something."""
  found = "a file"
  if os.path.islink(path):
    found = f"a link to {os.readlink(path)}"
  return errors.RunDirectoryError(
    f"{path} is {found}, expected a folder; choose another --logdir"
  )


def unwritable(path, error, *, or_else=""):
  """Returns the error to raise where an OSError kept something from disk.

  Args:
    path: of that.
    error: the OSError.
    or_else: what else than to mend it helps, as in ` or ...`.
  """
  return errors.RunDirectoryError(
    f"{path} cannot be written ({error.strerror or error}); mend that{or_else}"
  )


def unreadable(path, reason):
  """Returns the error to raise where a file is not what was written once."""
  return errors.RunDirectoryError(
    f"{path} cannot be read ({reason}); restore it or choose another --logdir"
  )
