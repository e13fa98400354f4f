"""The checkpoints of a run, or of somebody: found and restored.

It only reads; `checkpoint_saver` is what training saves with.
"""

import glob
import os
import re

from vae_graph import errors
from vae_graph.compat import tf

# What tf.train.ExponentialMovingAverage adds to a variable's name.
_AVERAGE = "/ExponentialMovingAverage"
_NAME_ONE = (
  "name the folder of a run or the path of a checkpoint without .index"
)


def latest_checkpoint(run):
  """Returns the path, without `.index`, of a run's latest checkpoint.

  Args:
    run: a `RunDirectory`.

  Returns:
    The path, or None where there is no checkpoint yet.
  """
  return tf.train.latest_checkpoint(run.path)


def restore_by_name(checkpoint, variables, *, averaged=False):
  """Prepares to restore variables by name, and checks that it will work.

      restore = restore_by_name("old/model.ckpt-12000", vae.variables)
      ...
      restore(session)

  What else the checkpoint holds (an optimizer's slots, say) is left alone.

  Args:
    checkpoint: path of a checkpoint without `.index`, or of a folder whose
      latest one is taken.
    variables: the variables to restore.
    averaged: take the variables' moving averages, which training with
      `ema_decay` keeps beside them.

  Returns:
    A function of a `tf.Session`, which raises a CheckpointError where the
    checkpoint has gone since.

  Raises:
    CheckpointError: there is none, or it lacks a variable or has one of another
      shape.
  """
  path = checkpoint
  if os.path.isdir(checkpoint):
    path = _latest(checkpoint, _NAME_ONE)
  found = _shapes(path)
  suffix = _AVERAGE if averaged else ""
  by_name = {variable.op.name + suffix: variable for variable in variables}
  wrong = [_mismatch(name, each, found) for name, each in by_name.items()]
  wrong = [text for text in wrong if text]
  if wrong:
    raise errors.CheckpointError(
      f"{path} does not fit the model: {'; '.join(wrong)}; it holds"
      f" {', '.join(sorted(found))}"
    )
  saver = tf.train.Saver(by_name)

  def restore(session):
    try:
      saver.restore(session, path)
    except (tf.errors.OpError, ValueError) as error:
      raise _unreadable(path, error) from error

  return restore


def find_checkpoint(run, checkpoint=None):
  """Finds a checkpoint of a run.

  Args:
    run: a `RunDirectory`.
    checkpoint: None for the latest, `best` for the best by test ELBO, a global
      step, or a path as in `restore_by_name`.

  Returns:
    Its path without `.index`.

  Raises:
    CheckpointError: there is none.
  """
  if checkpoint is None:
    return _latest(run.path, "train a model there first")
  if checkpoint == "best":
    return _latest(run.best_folder, "take the run's latest checkpoint instead")
  if isinstance(checkpoint, (str, os.PathLike)):
    path = os.fspath(checkpoint)
    return _latest(path, _NAME_ONE) if os.path.isdir(path) else path
  prefixes = run.checkpoint_prefix, run.best_prefix
  for prefix in prefixes:
    if os.path.exists(f"{prefix}-{checkpoint}.index"):
      return f"{prefix}-{checkpoint}"
  steps = {
    _step_in(os.path.splitext(path)[0])
    for prefix in prefixes
    for path in glob.glob(glob.escape(prefix) + "-*.index")
  }
  raise errors.CheckpointError(
    f"{run.path} holds no checkpoint of step {checkpoint}, only of"
    f" {', '.join(map(str, sorted(steps))) or 'none'}; choose one of those"
  )


def restore_from_run(session, run, *, checkpoint, variables, averaged=False):
  """Restores variables from a checkpoint of a run, which may be in training.

  It only reads. A trainer deletes checkpoints as it goes on; where the one that
  was found has gone before it is read, the search begins anew.

  Args:
    session: the `tf.Session` to restore into; its graph must be the default.
    run: a `RunDirectory`.
    checkpoint: as in `find_checkpoint`.
    variables: the variables to restore.
    averaged: as in `restore_by_name`.

  Returns:
    The path of the checkpoint without `.index`, and its global step or None.

  Raises:
    CheckpointError: there is none, or it does not fit.
  """
  failure = None
  while True:
    try:
      path = find_checkpoint(run, checkpoint)
      step = _global_step(path)
      restore_by_name(path, variables, averaged=averaged)(session)
      return path, step
    except errors.CheckpointError as error:
      if str(error) == failure:  # Nothing has changed: it is not the trainer.
        raise
      failure = str(error)


def _latest(folder, remedy):
  """Returns the path of a folder's latest checkpoint."""
  path = tf.train.latest_checkpoint(folder)
  if path is None:
    raise errors.CheckpointError(f"{folder} holds no checkpoint; {remedy}")
  return path


def _step_in(path):
  """Returns the global step with which a checkpoint's path ends, or None."""
  match = re.search(r"-(\d+)$", path)
  return int(match.group(1)) if match else None


def _shapes(path):
  """Returns `{name: shape}` of a checkpoint's variables."""
  try:
    return tf.train.NewCheckpointReader(path).get_variable_to_shape_map()
  except (tf.errors.OpError, ValueError) as error:
    raise _unreadable(path, error) from error


def _global_step(path):
  """Returns the global step in a checkpoint, or None."""
  name = tf.GraphKeys.GLOBAL_STEP
  try:
    reader = tf.train.NewCheckpointReader(path)
    return int(reader.get_tensor(name)) if reader.has_tensor(name) else None
  except (tf.errors.OpError, ValueError) as error:
    raise _unreadable(path, error) from error


def _unreadable(path, error):
  reason = str(error).splitlines()[0]
  return errors.CheckpointError(
    f"{path} cannot be read as a checkpoint: {reason}"
  )


def _mismatch(name, variable, found):
  """Returns what is wrong with a variable, or None."""
  shape = variable.shape.as_list()
  if name not in found:
    return f"{name} is missing"
  if list(found[name]) != shape:
    return f"{name} has shape {list(found[name])}, expected {shape}"
  return None
