"""Arrays from files of NumPy: `.npz` archives, and `.npy` of a single array."""

import io
import os
import zipfile

import numpy as np

from vae_graph import errors, files
from vae_graph.data.pixels import bad_data

_SUFFIX = ".npy"  # Of an array's member of the archive.
# What to call the array of a .npy file, which has no name.
_SINGLE = "array"
_FILE = "a .npz or .npy file with"
_MAGIC = b"\x93NUMPY"
# What a byte stands for at most, as NumPy compresses.
_MOST_EXPANSION = {
  zipfile.ZIP_STORED: 1,
  zipfile.ZIP_DEFLATED: files.MOST_EXPANSION,
}
# NumPy writes far shorter ones, and evaluates them.
_MOST_HEADER_BYTES = 10000
_READ_HEADER = {
  (1, 0): np.lib.format.read_array_header_1_0,
  (2, 0): np.lib.format.read_array_header_2_0,
}
# Of many arrays, so many are listed in an error.
_MOST_LISTED = 20


def read_arrays(path, choose, *, expected):
  """Reads arrays from a file; nothing in it is executed.

  Args:
    path: the file.
    choose: function from a dict of all arrays, from names to shapes (None of
      one that cannot be read), to a dict from roles to the names of those to
      read. It may raise a DataError.
    expected: what the file should hold, for error messages.

  Returns:
    A dict from the roles to arrays.

  Raises:
    DataError: the file is missing or damaged, or an array is no plain one.
  """
  if os.path.isdir(path):
    raise bad_data(
      path, "a folder", f"{_FILE} {expected}", "name the file, not its folder"
    )
  if not os.path.isfile(path):
    raise _unreadable(path, "no such file", expected)
  try:
    with files.open_file(path) as file:
      if file.read(len(_MAGIC)) == _MAGIC:
        return _read_npy(file, choose)
      if zipfile.is_zipfile(file):
        return _read_npz(file, choose)
  except errors.DataError:
    raise
  except Exception as error:  # A damaged archive can raise almost anything.
    raise _unreadable(
      path, f"an unreadable array ({' '.join(str(error).split())})", expected
    ) from error
  raise _unreadable(path, "no .npz archive", expected)


def list_arrays(shapes):
  """Returns the names and shapes of arrays as the text of an error.

  Args:
    shapes: dict from names to shapes, or None of one that cannot be read.
  """
  texts = [
    f"{name} {'(unreadable)' if shape is None else shape}"
    for name, shape in list(shapes.items())[:_MOST_LISTED]
  ]
  more = len(shapes) - len(texts)
  texts += [f"{more} more"] if more else []
  return f"the arrays {', '.join(texts) or '(none)'}"


def _read_npy(file, choose):
  file.seek(0)
  shape, size = _read_header(file.read(_MOST_HEADER_BYTES), _SINGLE)
  chosen = choose({_SINGLE: shape})
  if size != files.file_size(file):
    raise _WrongSizeError(_SINGLE, size)
  file.seek(0)
  array = np.lib.format.read_array(file, allow_pickle=False)
  return dict.fromkeys(chosen, array)


def _read_npz(file, choose):
  with zipfile.ZipFile(file) as archive:
    members = {
      info.filename[: -len(_SUFFIX)]: info
      for info in archive.infolist()
      if info.filename.endswith(_SUFFIX)
    }
    chosen = choose(
      {name: _try_shape(archive, info) for name, info in members.items()}
    )
    most = files.file_size(file)
    return {
      role: _read_member(archive, members[name], most)
      for role, name in chosen.items()
    }


def _try_shape(archive, info):
  """Returns the shape that a member claims, or None."""
  try:
    return _read_member_header(archive, info)[0]
  except Exception:  # As above; it may be one that nobody asks for.
    return None


def _read_member_header(archive, info):
  if info.compress_type not in _MOST_EXPANSION:
    raise ValueError(f"{info.filename} is compressed as NumPy does not")
  with archive.open(info) as member:
    return _read_header(member.read(_MOST_HEADER_BYTES), info.filename)


def _read_header(start, name):
  """Returns the shape that an array claims, and the bytes of all of it.

  Args:
    start: the first bytes.
    name: of the array.

  Raises:
    Exception: of nearly every kind, where it is damaged.
  """
  start = io.BytesIO(start)
  version = np.lib.format.read_magic(start)
  if version not in _READ_HEADER:
    raise ValueError(f"{name} has the format {version}")
  shape, _, dtype = _READ_HEADER[version](start)
  if dtype.hasobject:
    raise ValueError(f"{name} is a pickle")
  size = dtype.itemsize
  for length in shape:
    size *= length  # A Python integer: it cannot overflow.
  return shape, size + start.tell()


def _read_member(archive, info, most_compressed):
  """Returns the array that is a member of an archive.

  `numpy.load` allocates whatever a header claims. Here the claim has to be the
  member's size, and that no more than so many bytes can hold.

  Args:
    archive: the `zipfile.ZipFile`.
    info: the member's `zipfile.ZipInfo`.
    most_compressed: bytes of the whole archive.

  Raises:
    Exception: of nearly every kind, where it is damaged.
  """
  _, size = _read_member_header(archive, info)
  compressed = min(info.compress_size, most_compressed)
  if size != info.file_size or size > (
    compressed * _MOST_EXPANSION[info.compress_type]
  ):
    raise _WrongSizeError(info.filename, size)
  with archive.open(info) as member:
    return np.lib.format.read_array(member, allow_pickle=False)


class _WrongSizeError(ValueError):
  """An array's header claims what it has not."""

  def __init__(self, name, size):
    super().__init__(f"{name} claims {size:,} bytes, more or fewer than it has")


def _unreadable(path, found, expected):
  return bad_data(
    path,
    found,
    f"{_FILE} {expected}",
    "write it by numpy.savez from plain numeric arrays",
  )
