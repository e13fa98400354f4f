"""Rollback: training goes back where it diverged, and on more carefully.

After a rollback the learning rate is lower and the batch at which it went wrong
is left out. Both follow from the run's file `rollbacks.json`, a list of

    step           of the checkpoint that training went back to
    failed_step    the global step after the one that went wrong
    reason         what was not finite
    factor         of the learning rate
    skipped_batch  number of the batch; see data/batches.py

One is written before training goes on, and is in force from its step on. So a
run that is resumed at a checkpoint makes the steps that it would have made
without a stop: those of the rollbacks up to there. Later ones are dropped then,
as the run will come to them again.

For the same reason training goes back to a checkpoint that every such run has,
one of an evaluation or of `checkpoint_every_steps`. Those by time or of a stop
lie elsewhere in each run, and serve where there is no other left.
"""

import logging

import numpy as np

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.training.every import Every
from vae_graph.training.hooks import RunHook

_LOGGER = logging.getLogger(__name__)


def make_is_regular(training_config, *, steps_per_epoch):
  """Returns the function that tells of a step whether each run saves it.

  Args:
    training_config: a `TrainingConfig`.
    steps_per_epoch: training steps in an epoch.
  """
  periods = (
    Every(training_config.eval_every_epochs * steps_per_epoch),
    Every(training_config.checkpoint_every_steps),
  )
  return lambda step: step == 0 or any(period.due(step) for period in periods)


class RollbackHook(RunHook):
  """Has training go by the rollbacks of a run, and rolls back.

  Args:
    train_graph: a `TrainGraph`.
    run: a `RunDirectory`.
    saver: the run's `CheckpointSaver`.
    training_config: a `TrainingConfig`.
    is_regular: the function of `make_is_regular`.
  """

  def __init__(self, train_graph, *, run, saver, training_config, is_regular):
    super().__init__(train_graph)
    self._run = run
    self._saver = saver
    self._config = training_config
    self._is_regular = is_regular
    self._rollbacks = []

  def go_on(self, session, step):
    """Goes by the rollbacks up to `step`."""
    del session
    there = self._run.read_rollbacks()
    self._rollbacks = [each for each in there if each["step"] <= step]
    if len(self._rollbacks) < len(there):
      self._run.write_rollbacks(self._rollbacks)
    self.train_graph.batches.skip(
      each["skipped_batch"] for each in self._rollbacks
    )

  def before_run(self, run_context):
    """Feeds the factor of the learning rate."""
    del run_context
    feed = {self.train_graph.learning_rate_factor: self._factor()}
    return tf.train.SessionRunArgs(self.train_graph.outputs, feed)

  def roll_back(self, session, failure, *, hooks):
    """Goes back to the last good checkpoint.

    Args:
      session: a `tf.Session` of the graph.
      failure: the `Diverged` that a hook raised.
      hooks: all hooks of the session.

    Raises:
      NonFiniteError: the settings want no rollback, or no further one.
    """
    count = len(self._rollbacks)
    if self._config.on_nan != "rollback":
      raise errors.NonFiniteError(
        f"{failure}; {self._remedy()}, or go on from the last checkpoint by"
        " --on_nan=rollback"
      ) from failure
    if count >= self._config.max_rollbacks:
      raise errors.NonFiniteError(
        f"{failure}, after {count} rollbacks; {self._remedy()}, or allow more"
        " by --max_rollbacks"
      ) from failure
    # The failed one is the step before.
    number = self.train_graph.batches.number(failure.step - 1)
    restored = self._saver.roll_back(session, to=self._is_regular)
    rollback = {
      "step": restored.step,
      "failed_step": failure.step,
      "reason": str(failure),
      "factor": self._config.rollback_factor,
      "skipped_batch": number,
    }
    self._run.write_rollbacks([*self._rollbacks, rollback])
    for hook in hooks:
      if hasattr(hook, "go_on"):
        hook.go_on(session, restored.step)
    _LOGGER.warning(
      "%s; training goes on from step %s with %g of the learning rate",
      failure,
      f"{restored.step:,}",
      self._factor(),
    )

  def _factor(self):
    """Returns the factor of the learning rate, that of all rollbacks."""
    return float(np.prod([each["factor"] for each in self._rollbacks]))

  def _remedy(self):
    remedy = "begin a new run with a smaller --learning_rate"
    step = self._saver.latest_step()
    if step:
      remedy += f" and --init_checkpoint={self._run.checkpoint_prefix}-{step}"
    return remedy
