"""Saves and restores the checkpoints of a training run."""

import contextlib
import logging
import os
import re
from typing import Any, Dict, NamedTuple

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runs import (
  checkpoint_commits,
  checkpoint_files,
  checkpoint_reader,
  restore_targets,
)
from vae_graph.runtime.tf1_graphs import for_any_tensorflow

_LOGGER = logging.getLogger(__name__)


class Restored(NamedTuple):
  """What training goes on from.

  path: of the checkpoint, without `.index`.
  step: its global step.
  state: what `CheckpointSaver.save` was given with it.
  """

  path: str
  step: int
  state: Dict[str, Any]


class CheckpointSaver:
  """Saves the variables of the default graph, and removes old checkpoints.

  TensorFlow only writes: it would take the path of a run for a pattern, and
  with `run[1]` find and delete the checkpoints of `run1`. Making one touches no
  file. The graph that goes with each is that of the first save.

  Args:
    prefix: path of the checkpoints without the step, such as
      `RunDirectory.checkpoint_prefix`. Its folder has no others.
    max_to_keep: how many of the last ones to keep, 1 or more.
    is_needed: as of `checkpoint_commits.remove_old`.
    saver: the `tf.train.Saver` of another one, to be used here, too; by default
      one is made.

  Attributes:
    saver: the `tf.train.Saver`, which a `tf.train.Scaffold` takes.
    restored: the `Restored` that `restore` returned last, or None.
  """

  def __init__(
    self, prefix, *, max_to_keep, is_needed=lambda step: False, saver=None
  ):
    self.restored = None
    self._prefix = prefix
    self._max_to_keep = max_to_keep
    self._is_needed = is_needed
    self._targets = restore_targets.find_targets(tf.global_variables())
    self.saver = saver or tf.train.Saver(max_to_keep=max_to_keep)
    self._meta_graph = None

  def prepare(self):
    """Completes or clears away what a killed process left unfinished.

    Makes the folder, too, and sets right the small file `checkpoint`.

    Raises:
      CheckpointError: the folder cannot be read or written.
    """
    with self._writing(self._prefix):
      os.makedirs(os.path.dirname(self._prefix) or os.curdir, exist_ok=True)
      checkpoint_commits.recover(self._prefix)
      self._write_list()

  def save(self, session, step, *, state=None):
    """Saves the checkpoint of a global step.

    Args:
      session: a `tf.Session` of the graph.
      step: the global step.
      state: dict of what training goes on from besides the variables, made of
        what `json` knows. `restore` returns it.

    Raises:
      CheckpointError: it cannot be written. Those saved before are whole.
    """
    path = f"{self._prefix}-{step}"
    with self._writing(path):
      checkpoint_commits.recover(self._prefix)
      made = f"{checkpoint_commits.begin(self._prefix)}-{step}"
      names = self.saver.as_saver_def()
      session.run(names.save_tensor_name, {names.filename_tensor_name: made})
      if self._meta_graph is None:
        # Once, for it takes longer than all else.
        with session.graph.as_default():
          meta_graph = self.saver.export_meta_graph()
        meta_graph = for_any_tensorflow(meta_graph)
        self._meta_graph = meta_graph.SerializeToString()
      checkpoint_commits.write_new(
        made + checkpoint_files.META, self._meta_graph
      )
      checkpoint_commits.write_state(made, state or {})
      checkpoint_reader.read_tensors(made)
      checkpoint_commits.commit(self._prefix)
      checkpoint_commits.remove_old(
        self._prefix,
        step,
        max_to_keep=self._max_to_keep,
        is_needed=self._is_needed,
      )

  def restore(self, session):
    """Restores the newest checkpoint that is whole.

    Newer ones that are not are named in a warning and moved into `damaged/`.
    It calls `prepare`.

    Args:
      session: a `tf.Session` of the graph.

    Returns:
      A `Restored`, or None where there is no checkpoint.

    Raises:
      CheckpointError: none is whole, and none is touched; or the newest whole
        one is of another model.
    """
    self.prepare()
    damaged = {}
    for step in reversed(list(checkpoint_files.list_files(self._prefix))):
      path = f"{self._prefix}-{step}"
      try:
        values, state = _read(path)
      except errors.UnreadableCheckpointError as error:
        damaged[step] = error
        continue
      wanted = [(target.name, target.spec) for target in self._targets]
      checkpoint_reader.check_fits(path, wanted)
      restore_targets.assign(session, self._targets, values=values)
      self._set_aside(damaged, path)
      if step and not checkpoint_files.has_state(path):
        _LOGGER.warning(
          "%s has gone; training figures of this epoch are means since step %s",
          path + checkpoint_files.STATE,
          f"{step:,}",
        )
      self.restored = Restored(path, step, state)
      return self.restored
    remains = checkpoint_files.remains(self._prefix)
    if remains:
      causes = "".join(f"; {error}" for error in damaged.values())
      raise errors.CheckpointError(
        f"{os.path.dirname(self._prefix)} holds {remains}, but no whole"
        f" checkpoint to go on from{causes}; restore one, or choose another"
        " --logdir"
      )
    return None

  def roll_back(self, session, *, to):
    """Restores the newest checkpoint of some steps; removes those after it.

    Args:
      session: a `tf.Session` of the graph.
      to: function that tells of a step whether it is one. Where there is none,
        the newest checkpoint of all will do.

    Returns:
      A `Restored`.

    Raises:
      CheckpointError: as `restore`; or a file cannot be removed.
    """
    there = reversed(checkpoint_files.steps(self._prefix))
    # None is removed for the sake of one that is not whole.
    step = next(
      (each for each in there if to(each) and self._is_whole(each)), None
    )
    if step is not None:
      with self._writing(f"{self._prefix}-{step}"):
        checkpoint_commits.remove_after(self._prefix, step)
    return self.restore(session)

  def latest_step(self):
    """Returns the global step of the latest checkpoint, or None.

    It need not be whole, where `restore` has not set aside what is not.
    """
    return max(checkpoint_files.steps(self._prefix), default=None)

  def latest_whole_step(self):
    """Returns the global step that `restore` will find, or None."""
    there = reversed(checkpoint_files.steps(self._prefix))
    return next(filter(self._is_whole, there), None)

  def _is_whole(self, step):
    try:
      _read(f"{self._prefix}-{step}")
    except errors.UnreadableCheckpointError:
      return False
    return True

  def _set_aside(self, damaged, path):
    """Moves damaged checkpoints away, `{step: error}`, with a warning each."""
    for step, error in damaged.items():
      with self._writing(path):
        place = checkpoint_commits.set_aside(self._prefix, step)
      _LOGGER.warning(
        "%s; it is kept in %s, and training goes on from %s", error, place, path
      )
    with self._writing(path):
      self._write_list()

  def _write_list(self):
    checkpoint_commits.write_list(
      self._prefix, checkpoint_files.steps(self._prefix)
    )

  @contextlib.contextmanager
  def _writing(self, path):
    """Makes a CheckpointError of what goes wrong, and clears away the rest."""
    try:
      yield
    except (OSError, tf.errors.OpError, errors.CheckpointError) as error:
      with contextlib.suppress(OSError):
        checkpoint_commits.recover(self._prefix)
      raise errors.CheckpointError(
        f"{path} cannot be saved ({_reason(error)}); the checkpoints before it"
        " are whole: mend that, and the same command goes on from the last one"
      ) from error


def _reason(error):
  """Returns why something cannot be written, on one line."""
  # TensorFlow 2 tells first where in the graph, and then what.
  told = re.search(r"^(.*)\n\s*\[\[\{\{node", str(error), re.MULTILINE)
  if told:
    return told.group(1)
  return getattr(error, "strerror", None) or str(error).splitlines()[0]


def _read(path):
  """Returns the tensors and the state of a checkpoint that is whole."""
  values = checkpoint_reader.read_tensors(path)
  try:
    return values, checkpoint_files.read_state(path)
  except (OSError, ValueError, RecursionError) as error:
    raise errors.UnreadableCheckpointError(
      f"{path} has a damaged state: {error}"
    ) from error
