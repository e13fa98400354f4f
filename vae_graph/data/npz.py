"""Images from a file of NumPy arrays, as written by `numpy.savez`."""

import io
import os
import zipfile

import numpy as np

from vae_graph import errors, files
from vae_graph.data import dataset

_CLASS_NAMES = ("class_names", "label_names")
_NAMES = ("x_train", "y_train", "x_test", "y_test") + _CLASS_NAMES
_SUFFIX = ".npy"  # Of an array's member of the archive.
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
_EXPECTED = "x_train and, if at hand, x_test, y_train and y_test"


def load_npz(config):
  """Loads the images `x_train` and `x_test`, labels `y_train` and `y_test`.

  Only `x_train` is required. Strings `class_names` or `label_names` say what
  label 0, 1 and so on stand for. Without `x_test`, `config.test_fraction` of
  the images is held out. Nothing in the file is executed: pickles are refused.

  Args:
    config: a `DataConfig` whose `data_dir` is the file; images
      `[n, height, width]` or `[n, height, width, channels]`, labels `[n]` or
      `[n, 1]`.

  Returns:
    A `Dataset`.

  Raises:
    ConfigError: `data_dir` is empty.
    DataError: the file is missing, damaged or lacks an array.
  """
  path = config.data_dir
  if not path:
    raise errors.ConfigError(
      "data_dir must be a .npz file for dataset=npz, found nothing; set"
      " --data_dir=FILE.npz"
    )
  held, arrays = read_arrays(path, _EXPECTED, names=_NAMES)
  if "x_train" not in arrays or ("y_test" in arrays and "x_test" not in arrays):
    raise dataset.bad_data(
      path,
      f"the arrays {', '.join(held) or '(none)'}",
      _EXPECTED,
      "write it by numpy.savez(file, x_train=images)",
    )
  train = _split(arrays, "train")
  class_names = _class_names(arrays, path)
  if "x_test" not in arrays:
    return dataset.hold_out(
      train, config.test_fraction, name=path, class_names=class_names
    )
  return dataset.Dataset(
    train=train, test=_split(arrays, "test"), class_names=class_names
  )


def _class_names(arrays, path):
  for key in _CLASS_NAMES:
    if key not in arrays:
      continue
    names = arrays[key]
    if names.ndim != 1 or names.dtype.kind not in "SU":
      raise dataset.bad_data(
        path,
        f"{key} of shape {names.shape} and type {names.dtype}",
        "strings [n], the name of label i at place i",
        "mend it, or leave it out",
      )
    if names.dtype.kind == "S":
      names = np.char.decode(names, "utf-8", "replace")
    return tuple(names.tolist())
  return None


def _split(arrays, part):
  labels = arrays.get(f"y_{part}")
  if labels is not None and labels.ndim == 2 and labels.shape[1] == 1:
    labels = labels[:, 0]
  return dataset.Split(images=arrays[f"x_{part}"], labels=labels)


def read_arrays(path, expected, *, names=None):
  """Reads arrays from a file; nothing in it is executed.

  Args:
    path: the file.
    expected: what it should hold, for error messages.
    names: the arrays to read, where there are such; by default all.

  Returns:
    The names of all arrays, and a dict of those that were read.

  Raises:
    DataError: the file is missing or damaged, or an array is no plain one.
  """
  if not os.path.isfile(path) or not zipfile.is_zipfile(path):
    found = "no .npz archive" if os.path.isfile(path) else "no such file"
    raise _unreadable(path, found, expected)
  try:
    with files.open_file(path) as file, zipfile.ZipFile(file) as archive:
      members = {
        info.filename[: -len(_SUFFIX)]: info
        for info in archive.infolist()
        if info.filename.endswith(_SUFFIX)
      }
      held = list(members)
      wanted = held if names is None else [n for n in names if n in members]
      most = files.file_size(file)
      return held, {
        name: _read_array(archive, members[name], most) for name in wanted
      }
  except Exception as error:  # A damaged archive can raise almost anything.
    raise _unreadable(
      path, f"an unreadable array ({' '.join(str(error).split())})", expected
    ) from error


def _read_array(archive, info, most_compressed):
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
  if info.compress_type not in _MOST_EXPANSION:
    raise ValueError(f"{info.filename} is compressed as NumPy does not")
  with archive.open(info) as member:
    start = io.BytesIO(member.read(_MOST_HEADER_BYTES))
  version = np.lib.format.read_magic(start)
  if version not in _READ_HEADER:
    raise ValueError(f"{info.filename} has the format {version}")
  shape, _, dtype = _READ_HEADER[version](start)
  if dtype.hasobject:
    raise ValueError(f"{info.filename} is a pickle")
  size = dtype.itemsize
  for length in shape:
    size *= length  # A Python integer: it cannot overflow.
  size += start.tell()
  compressed = min(info.compress_size, most_compressed)
  if size != info.file_size or size > (
    compressed * _MOST_EXPANSION[info.compress_type]
  ):
    raise ValueError(
      f"{info.filename} claims {size:,} bytes, more or fewer than it has"
    )
  with archive.open(info) as member:
    return np.lib.format.read_array(member, allow_pickle=False)


def _unreadable(path, found, expected):
  return dataset.bad_data(
    path,
    found,
    f"a .npz file with {expected}",
    "write it by numpy.savez from plain numeric arrays",
  )
