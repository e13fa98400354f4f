"""Weights from somebody's checkpoint, such as one that TF 1 wrote years ago."""

import os

from vae_graph import errors
from vae_graph.compat import tf


def restore_by_name(checkpoint, variables):
  """Prepares to restore variables by name, and checks that it will work.

      restore = restore_by_name("old/model.ckpt-12000", vae.variables)
      ...
      restore(session)

  What else the checkpoint holds (an optimizer's slots, say) is left alone.

  Args:
    checkpoint: path of a checkpoint without `.index`, or of a folder whose
      latest one is taken.
    variables: the variables to restore.

  Returns:
    A function of a `tf.Session`.

  Raises:
    CheckpointError: there is none, or it lacks a variable or has one of another
      shape.
  """
  path = checkpoint
  if os.path.isdir(checkpoint):
    path = tf.train.latest_checkpoint(checkpoint)
    if path is None:
      raise errors.CheckpointError(
        f"{checkpoint} holds no checkpoint; name the folder of a run or the"
        " path of a checkpoint without .index"
      )
  found = _shapes(path)
  wrong = [_mismatch(variable, found) for variable in variables]
  wrong = [text for text in wrong if text]
  if wrong:
    raise errors.CheckpointError(
      f"{path} does not fit the model: {'; '.join(wrong)}; it holds"
      f" {', '.join(sorted(found))}"
    )
  saver = tf.train.Saver(variables)
  return lambda session: saver.restore(session, path)


def _shapes(path):
  """Returns `{name: shape}` of a checkpoint's variables."""
  try:
    return tf.train.NewCheckpointReader(path).get_variable_to_shape_map()
  except (tf.errors.OpError, ValueError) as error:
    reason = str(error).splitlines()[0]
    raise errors.CheckpointError(
      f"{path} cannot be read as a checkpoint: {reason}"
    ) from error


def _mismatch(variable, found):
  """Returns what is wrong with a variable, or None."""
  name, shape = variable.op.name, variable.shape.as_list()
  if name not in found:
    return f"{name} is missing"
  if list(found[name]) != shape:
    return f"{name} has shape {list(found[name])}, expected {shape}"
  return None
