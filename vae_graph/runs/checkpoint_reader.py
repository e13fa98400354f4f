"""What a checkpoint holds, read as a whole or not at all.

TensorFlow takes the path of a checkpoint for a pattern wherever it reads one,
and checks the bytes of each tensor that it reads by their CRC-32C.
"""

import contextlib
import os
import tempfile
from typing import Any, NamedTuple, Tuple

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runs import checkpoint_files

# In a pattern these have a meaning.
_PATTERN_CHARACTERS = set("*?[\\")


class TensorSpec(NamedTuple):
  """Shape and dtype of a tensor."""

  shape: Tuple[int, ...]
  dtype: Any

  def __str__(self):
    sizes = ", ".join(str(size) for size in self.shape)
    return f"{self.dtype.name} [{sizes}]"


def read_specs(path):
  """Returns `{name: TensorSpec}` of a checkpoint's tensors, from its index.

  Args:
    path: of the checkpoint, without `.index`.

  Raises:
    UnreadableCheckpointError: it is missing or damaged.
  """
  with _reading(path) as reader:
    dtypes = reader.get_variable_to_dtype_map()
    return {
      name: TensorSpec(tuple(shape), dtypes[name])
      for name, shape in reader.get_variable_to_shape_map().items()
    }


def read_tensors(path, names=None):
  """Returns `{name: array}` of a checkpoint's tensors.

  Args:
    path: of the checkpoint, without `.index`.
    names: of the tensors to read; None: all, which shows whether the checkpoint
      is whole.

  Raises:
    UnreadableCheckpointError: it is missing or damaged.
  """
  with _reading(path) as reader:
    if names is None:
      names = reader.get_variable_to_shape_map()
    return {name: reader.get_tensor(name) for name in names}


def check_fits(path, wanted, *, others=False, found=None):
  """Checks that a checkpoint holds a model's variables.

  Args:
    path: of the checkpoint, without `.index`.
    wanted: iterable of (name, `TensorSpec`), what it should hold.
    others: whether it may hold more.
    found: `{name: TensorSpec}`, what it holds under other names than its own;
      by default what `read_specs` returns.

  Returns:
    What it holds, `{name: TensorSpec}`.

  Raises:
    UnreadableCheckpointError: it is missing or damaged.
    CheckpointMismatchError: it is of another model. Its table says what is
      missing, extra, or of another shape.
  """
  if found is None:
    found = read_specs(path)
  rows = {
    (name, str(found.get(name, "missing")), str(spec))
    for name, spec in wanted
    if found.get(name) != spec
  }
  extra = sorted(found.keys() - {name for name, _ in wanted})
  if not others:
    rows.update((name, str(found[name]), "none") for name in extra)
  if rows:
    head = ("variable", "in the checkpoint", "in the model")
    text = table([head, *sorted(rows)])
    if others and extra:
      text += f"\n  it also holds {', '.join(extra)}"
    raise errors.CheckpointMismatchError(
      f"{path} does not fit the model; take the settings that it was trained"
      " with, or another checkpoint:",
      text,
    )
  return found


@contextlib.contextmanager
def _reading(path):
  """Yields TensorFlow's reader of a checkpoint, whose errors become ours."""
  name = path
  try:
    with _literal(path) as name:
      yield tf.train.NewCheckpointReader(name)
  # On 2.21 it is an IndexError where the data are cut short.
  except (tf.errors.OpError, IndexError, ValueError, OSError) as error:
    reason = str(error).splitlines()[0].replace(name, path)
    # TensorFlow speaks of what its older format would be.
    if not any(map(os.path.exists, [path + ".index", path, *_old_parts(path)])):
      reason = f"{path}.index is missing"
    raise errors.UnreadableCheckpointError(
      f"{path} cannot be read as a checkpoint: {reason}"
    ) from error


@contextlib.contextmanager
def _literal(path):
  """Yields a path of the same checkpoint that is no pattern of another."""
  old_parts = _old_parts(path)
  if not (old_parts or _PATTERN_CHARACTERS & set(path)):
    yield path
    return
  folder, name = os.path.split(os.path.abspath(path))
  with tempfile.TemporaryDirectory() as place:
    alias = os.path.join(place, "alias")
    for file in os.listdir(folder):
      if file == name or file.startswith((name + ".", name + "-")):
        os.symlink(os.path.join(folder, file), alias + file[len(name) :])
    # TensorFlow's older format, of several files, is a pattern of their names.
    yield f"{alias}-?????-of-{len(old_parts):05d}" if old_parts else alias


def _old_parts(path):
  """Returns the files of a checkpoint of the older format, in several files."""
  folder, name = checkpoint_files.split(path)
  if os.path.exists(path + checkpoint_files.INDEX) or not os.path.isdir(folder):
    return []
  files = {
    file: checkpoint_files.split_ending(file) for file in os.listdir(folder)
  }
  return [
    os.path.join(folder, file)
    for file, (checkpoint, ending) in files.items()
    if checkpoint == name and ending.startswith("-")
  ]


def table(rows):
  """Returns rows of text, the titles first, as lines with aligned columns."""
  widths = [max(len(cell) for cell in column) for column in zip(*rows)]
  lines = [
    "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
    for row in rows
  ]
  return "\n".join("  " + line for line in lines)
