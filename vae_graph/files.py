"""Files to rely on: written whole, as strict JSON, and read within bounds."""

import errno
import json
import math
import os
import re
import stat
import uuid

import numpy as np

# What a byte stands for at most in gzip, zip and PNG files, which share their
# compression: 258 bytes for each two bits.
MOST_EXPANSION = 1032
_TRIED_BYTES = 4096


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


def open_file(path):
  """Opens a file to read its bytes; anything else of that name is refused.

  A pipe, on which an ordinary open waits for a writer, or a device without end
  would be the reader's end.

  Args:
    path: the file.

  Raises:
    OSError: it cannot be read, or is no file.
  """
  return open(path, "rb", opener=_open_at_once)


def _open_at_once(path, flags):
  """Returns the descriptor of a file; `open` itself refuses a folder's."""
  descriptor = os.open(path, flags | os.O_NONBLOCK)
  mode = os.fstat(descriptor).st_mode
  if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
    os.close(descriptor)
    raise OSError(errno.EINVAL, "Not a regular file", path)
  return descriptor


def file_size(file):
  """Returns the bytes of an open file."""
  return os.fstat(file.fileno()).st_size


def read_file(path, *, most_bytes):
  """Returns the bytes of a file.

  Args:
    path: the file.
    most_bytes: what it may have; nothing of a larger one is read.

  Raises:
    OSError: it cannot be read, is no file, or is larger.
  """
  with open_file(path) as file:
    size = file_size(file)
    if size > most_bytes:
      raise OSError(
        errno.EFBIG,
        f"It has {size:,} bytes, expected at most {most_bytes:,}",
        os.fspath(path),
      )
    return file.read(size)


def try_folder(folder):
  """Tries whether a file could be written into a folder, and leaves nothing.

  Of a folder that is missing, the nearest one that is there is tried.

  Args:
    folder: the folder; empty for the current one.

  Raises:
    OSError: none could be written.
  """
  place = os.path.abspath(folder)
  while not os.path.lexists(place):
    place = os.path.dirname(place)
  path = os.path.join(place, f".{uuid.uuid4().hex}.tmp")
  try:
    with open(path, "xb") as file:
      # More than nothing, for which a full disk has room.
      file.write(bytes(_TRIED_BYTES))
  finally:
    if os.path.exists(path):
      os.remove(path)


def abandoned_writes(path):
  """Returns the temporary files that killed writes of a file left behind.

  Args:
    path: the file, as of `write_atomically`.
  """
  folder, name = os.path.split(os.fspath(path))
  pattern = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{32}}\.tmp")
  return [
    os.path.join(folder, found)
    for found in os.listdir(folder or os.curdir)
    if pattern.fullmatch(found)
  ]


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
