"""Writing files that any reader can rely on: whole, and strict JSON."""

import json
import math
import os
import uuid

import numpy as np


def write_atomically(path, content):
  """Writes a file under a temporary name, then renames it into place.

  Whoever reads `path` meanwhile, or after a crash, finds the old content or the
  new one, never a part. The folder is made if it is missing.

  Args:
    path: the file to write or replace.
    content: bytes, or text that is written as UTF-8.

  Raises:
    OSError: it cannot be written; a file already there is left as it was.
  """
  if isinstance(content, str):
    content = content.encode("utf-8")
  folder, name = os.path.split(os.fspath(path))
  if folder:
    os.makedirs(folder, exist_ok=True)
  # Not tempfile: its files are unreadable for others, and a run directory is
  # often read by a TensorBoard of another user.
  temporary = os.path.join(folder, f".{name}.{uuid.uuid4().hex}.tmp")
  try:
    with open(temporary, "xb") as file:
      file.write(content)
      file.flush()
      os.fsync(file.fileno())
    os.replace(temporary, path)
  except BaseException:
    if os.path.exists(temporary):
      os.remove(temporary)
    raise


def strict_json(value, indent=None):
  """Returns JSON text that every parser accepts.

  Args:
    value: numbers (NumPy's and arrays too), strings, booleans, None, and lists
      and dicts of them. JSON knows neither NaN nor infinity: they become null.
    indent: spaces of a level; None puts everything on one line.

  Raises:
    TypeError: something else is in it.
  """
  return json.dumps(_to_plain(value), indent=indent, allow_nan=False)


def _to_plain(value):
  """Returns a value made of the types that `json` knows."""
  if isinstance(value, (np.generic, np.ndarray)):
    value = value.tolist()
  if isinstance(value, dict):
    return {key: _to_plain(item) for key, item in value.items()}
  if isinstance(value, (list, tuple)):
    return [_to_plain(item) for item in value]
  if isinstance(value, float) and not math.isfinite(value):
    return None
  return value
