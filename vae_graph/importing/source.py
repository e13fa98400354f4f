"""A foreign checkpoint: which files it is, and its tensors."""

import hashlib
import os
import re

import numpy as np

from vae_graph import errors, files
from vae_graph.importing import names
from vae_graph.paths import local_path
from vae_graph.runs import checkpoint_files, checkpoint_reader, renames

_KERAS_FILES = (".h5", ".hdf5", ".keras")
_SAVED_MODEL = os.path.join("variables", "variables")
_BLOCK = 2**20
# Of steps: to this number floats tell whole numbers apart, as JSON has them.
_MOST_STEPS = 2**53


def find(path):
  """Returns the path of a checkpoint without the endings of its files.

  Args:
    path: that, or the path of one of its files; or of a folder, whose latest
      checkpoint it is, or the weights of a SavedModel.

  Raises:
    ConfigError: its path is none of this machine.
    CheckpointError: there is none.
  """
  path = local_path(path, "from")
  if path.endswith(_KERAS_FILES):
    raise errors.CheckpointError(
      f"{path} is a file of Keras, expected a checkpoint of TensorFlow; load it"
      " where it was made, and save its weights by tf.train.Saver or"
      " tf.train.Checkpoint"
    )
  if os.path.basename(path) == checkpoint_files.LIST_NAME:
    path = os.path.dirname(path) or os.curdir
  if os.path.isdir(path):
    return _latest(path)
  # A checkpoint may be called so itself.
  if os.path.exists(path + checkpoint_files.INDEX):
    return path
  return _without_ending(path)


def read(path, config):
  """Returns the `names.Contents` of a checkpoint, with renamed variables.

  Args:
    path: as of `find`.
    config: an `ImportConfig`.

  Raises:
    UnreadableCheckpointError: it is missing or damaged.
    ConfigError: a renaming does not act, or is none.
  """
  found = names.join(
    {
      name: (spec.shape, spec.dtype.name)
      for name, spec in checkpoint_reader.read_specs(path).items()
    }
  )
  renamed = renames.apply(found, renames.parse(config.map, "map"), where=path)
  return names.sort_out({new: found[old] for new, old in renamed.items()})


def read_tensors(path, variables):
  """Returns `{name of a tensor: array}` of those that make variables.

  Args:
    path: as of `find`.
    variables: iterable of `names.Found`.

  Raises:
    UnreadableCheckpointError: it is damaged.
  """
  tensors = {tensor for each in variables for tensor in each.tensors}
  return checkpoint_reader.read_tensors(path, sorted(tensors))


def values(tensors, wanted):
  """Returns the values of variables, `{name: array}`.

  Args:
    tensors: what `read_tensors` returns.
    wanted: `{name: (names.Found, shape, dtype)}`, as what each is wanted. One
      of integers counts steps.

  Raises:
    CheckpointError: what is to count steps does not.
  """

  def value(found, shape, dtype):
    parts = [tensors[tensor] for tensor in found.tensors]
    whole = np.concatenate(parts, found.axis) if len(parts) > 1 else parts[0]
    whole = np.asarray(whole)
    if np.issubdtype(dtype, np.integer):
      _check_steps(found, whole)
    return whole.astype(dtype).reshape(shape)

  return {name: value(*each) for name, each in wanted.items()}


def hashes(path):
  """Returns `{name of a file: SHA-256 in hexadecimal}` of a checkpoint.

  Its graph is not among them.
  """
  folder, name = checkpoint_files.split(path)
  return {
    file: _sha256(os.path.join(folder, file))
    for file in sorted(os.listdir(folder))
    if file == name
    or (_without_ending(file) == name and file != name + checkpoint_files.META)
  }


def _latest(folder):
  """Returns the path of a folder's latest checkpoint."""
  found = checkpoint_files.list_folder(folder)
  if found:
    return found[0]
  saved_model = os.path.join(folder, _SAVED_MODEL)
  if os.path.exists(saved_model + checkpoint_files.INDEX):
    return saved_model
  listed = checkpoint_files.listed_name(folder)
  if listed:
    return os.path.join(folder, _without_ending(listed))
  raise errors.CheckpointError(
    f"{folder} holds no checkpoint; name the folder of one, or the path of one"
    " without .index"
  )


def _check_steps(found, value):
  """Checks that a variable's value is a number of steps."""
  steps = value.item() if value.size == 1 else value.tolist()
  if (
    not isinstance(steps, (int, float))
    or not 0 <= steps <= _MOST_STEPS
    or steps != int(steps)
  ):
    raise errors.CheckpointError(
      f"the checkpoint's {found.name} is {steps!r}, expected a whole number"
      f" from 0 to {_MOST_STEPS:,}; --map=^{re.escape(found.name)}$= leaves it"
      " out, and training begins at step 0"
    )


def _without_ending(path):
  checkpoint, _ = checkpoint_files.split_ending(path)
  return checkpoint


def _sha256(path):
  digest = hashlib.sha256()
  with files.open_file(path) as file:
    for block in iter(lambda: file.read(_BLOCK), b""):
      digest.update(block)
  return digest.hexdigest()
