"""The checkpoints of a run, or of somebody: found and restored.

It only reads; `checkpoint_saver` is what training saves with. Where the newest
checkpoint is damaged, a warning names it and the newest whole one is taken.
"""

import logging
import os
from typing import Callable, Mapping, Optional, Sequence, Union

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.paths import LocalPath, local_path
from vae_graph.runs import (
  checkpoint_files,
  checkpoint_reader,
  restore_targets,
)

_LOGGER = logging.getLogger(__name__)


def latest_checkpoint(run):
  """Returns the path, without `.index`, of a run's latest checkpoint.

  Args:
    run: a `RunDirectory`.

  Returns:
    The path, or None where there is no checkpoint yet.
  """
  paths = checkpoint_files.latest_first(run.checkpoint_prefix)
  return paths[0] if paths else None


def restore_by_name(
  checkpoint: LocalPath,
  variables: Union[Sequence[tf.Variable], Mapping[str, tf.Variable]],
  *,
  assignment_map: Optional[Mapping[str, str]] = None,
  averaged: bool = False,
) -> Callable[..., None]:
  """Prepares to restore variables by name, and checks that it will work.

      restore = restore_by_name("old/model.ckpt-12000", vae.variables)
      ...
      restore(session)

  What else the checkpoint holds (an optimizer's slots, say) is left alone. It
  is read at once, and may have gone when `restore` is called. Into a VAE under
  a scope of your own, and from a program that had one of its own:

      restore_by_name("runs/a", first.variables, assignment_map={"/": "first/"})
      restore_by_name(
        "old/model.ckpt-12000",
        second.variables,
        assignment_map={"model/vae/": "second/"},
      )

  A partitioned variable has one tensor in a checkpoint, that of all its shards:
  it restores from a checkpoint in which it was partitioned in another way, or
  not at all.

  Args:
    checkpoint: path of a checkpoint without `.index`, or of a folder whose
      latest one is taken.
    variables: the variables to restore; or, as `tf.train.Saver` takes them,
      `{name in the checkpoint: variable}`.
    assignment_map: `{scope in the checkpoint: scope in the graph}`, as
      `tf.train.init_from_checkpoint` takes it; `"/"` is the root. By default
      names are the same in both. Where scopes are in one another, the innermost
      one counts.
    averaged: take the variables' moving averages, which training with
      `ema_decay` and `tf.train.ExponentialMovingAverage` keep beside them.

  Returns:
    A function of a `tf.Session`. Where the variables are eager ones, as with
    `tf.wrap_function` in an eager program, it is called without.

  Raises:
    ConfigError: the path is none of this machine; or variables, assignment_map
      or, later, the session are not what they should be.
    CheckpointError: there is none, or it is damaged, or it lacks a variable or
      has one of another shape.
  """
  checkpoint = local_path(checkpoint, "checkpoint")
  targets = restore_targets.find_targets(
    variables, assignment_map=assignment_map, averaged=averaged
  )
  _, values = _read_newest(lambda: _paths(checkpoint), targets)

  def restore(session=None):
    restore_targets.assign(session, targets, values=values)

  return restore


def find_checkpoints(run, checkpoint=None):
  """Finds those checkpoints of a run among which one is to be taken.

  Args:
    run: a `RunDirectory`.
    checkpoint: None for the latest, `best` for the best by test ELBO, a global
      step, or a path as in `restore_by_name`.

  Returns:
    Their paths without `.index`, the latest first.

  Raises:
    CheckpointError: there is none.
  """
  if checkpoint is None:
    return _of_prefix(run.checkpoint_prefix, run)
  if checkpoint == "best":
    return _of_prefix(run.best_prefix, run)
  if isinstance(checkpoint, (str, os.PathLike)):
    return _paths(local_path(checkpoint, "checkpoint"))
  there = _with_steps(run)
  if not there:
    return _of_prefix(run.checkpoint_prefix, run)
  paths = [path for step, path in there if step == checkpoint]
  if not paths:
    raise errors.CheckpointError(
      f"{run.path} holds no checkpoint of step {checkpoint}, only of"
      f" {_list(step for step, _ in there)}; choose one of those"
    )
  return paths


def restore_from_run(session, run, *, checkpoint, variables, averaged=False):
  """Restores variables from a checkpoint of a run, which may be in training.

  It only reads. A trainer deletes checkpoints as it goes on; where the one that
  was found has gone before it is read, the search begins anew.

  Args:
    session: the `tf.Session` to restore into.
    run: a `RunDirectory`.
    checkpoint: as in `find_checkpoints`.
    variables: the variables to restore.
    averaged: as in `restore_by_name`.

  Returns:
    The path of the checkpoint without `.index`, and its global step or None.

  Raises:
    CheckpointError: there is none, or it does not fit.
  """
  targets = restore_targets.find_targets(variables, averaged=averaged)
  try:
    path, values = _read_newest(
      lambda: find_checkpoints(run, checkpoint), targets
    )
  except errors.UnreadableCheckpointError as error:
    there = _with_steps(run)
    if all(checkpoint != step for step, _ in there):
      raise
    whole = _list(step for step, path in there if _is_whole(path))
    raise errors.CheckpointError(
      f"{error} (whole are those of step {whole})"
    ) from error
  restore_targets.assign(session, targets, values=values)
  step = values.get(tf.GraphKeys.GLOBAL_STEP)
  return path, None if step is None else int(step)


def _read_newest(find, targets):
  """Reads variables, and the global step, of the newest whole checkpoint.

  Args:
    find: function that returns paths of checkpoints, the latest first.
    targets: list of `restore_targets.Target`.

  Returns:
    Its path, and `{name: array}`.
  """
  wanted = {(target.name, target.spec) for target in targets}
  names = {tf.GraphKeys.GLOBAL_STEP, *(name for name, _ in wanted)}
  damaged = {}
  while True:
    # Anew each time: what could not be read may have been deleted meanwhile.
    paths = find()
    path = next((path for path in paths if path not in damaged), None)
    if path is None:
      raise _none_whole([damaged[path] for path in paths])
    try:
      found = checkpoint_reader.check_fits(path, wanted, others=True)
      values = checkpoint_reader.read_tensors(path, names & found.keys())
    except errors.UnreadableCheckpointError as error:
      damaged[path] = error
      continue
    for other in paths:
      if other in damaged:
        _LOGGER.warning("%s; %s is taken instead", damaged[other], path)
    return path, values


def _paths(path):
  """Returns a checkpoint's path, or those of a folder, the latest first."""
  if not os.path.isdir(path):
    checkpoint, ending = checkpoint_files.split_ending(path)
    if ending and os.path.isfile(path):
      raise errors.CheckpointError(
        f"{path} is a file of a checkpoint; name the checkpoint, {checkpoint}"
      )
    return [path]
  paths = checkpoint_files.list_folder(path)
  if not paths:
    raise errors.CheckpointError(
      f"{path} holds no checkpoint; name the folder of a run or the path of a"
      " checkpoint without .index"
    )
  return paths


def _of_prefix(prefix, run):
  """Returns the paths of checkpoints of a run, the latest first."""
  paths = checkpoint_files.latest_first(prefix)
  if paths:
    return paths
  folder = os.path.dirname(prefix)
  remains = checkpoint_files.remains(prefix)
  found = f"{remains}, but no whole checkpoint" if remains else "no checkpoint"
  remedies = ["restore one"] if remains else []
  remedies += _others_to_take(run) or (
    [] if remains else ["train a model there first"]
  )
  raise errors.CheckpointError(
    f"{folder} holds {found}; {' or '.join(remedies)}"
  )


def _others_to_take(run):
  """Returns in words which checkpoints of a folder may be taken instead."""
  if checkpoint_files.steps(run.checkpoint_prefix):
    return ["take the run's latest checkpoint instead"]
  if checkpoint_files.steps(run.best_prefix):
    return ["take the best one instead, by --checkpoint=best"]
  ending = checkpoint_files.INDEX
  return [
    f"take {os.path.join(run.path, name[: -len(ending)])} by --checkpoint"
    for name in sorted(checkpoint_files.names(run.path))
    if name.endswith(ending)
  ][-1:]


def _with_steps(run):
  """Returns (step, path) of a run's checkpoints, those in `best/` last."""
  return [
    (step, f"{prefix}-{step}")
    for prefix in (run.checkpoint_prefix, run.best_prefix)
    for step in checkpoint_files.steps(prefix)
  ]


def _is_whole(path):
  try:
    checkpoint_reader.read_tensors(path)
  except errors.UnreadableCheckpointError:
    return False
  return True


def _none_whole(causes):
  """Returns the error to raise where no checkpoint can be read."""
  found = "; ".join(map(str, causes))
  return errors.UnreadableCheckpointError(
    f"{found}; restore it or name another checkpoint"
    if len(causes) == 1
    else f"no checkpoint is whole: {found}; restore one"
  )


def _list(steps):
  return ", ".join(str(step) for step in sorted(set(steps))) or "none"
