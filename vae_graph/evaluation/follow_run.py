"""Evaluations of a run each time that it saves a checkpoint."""

import time
from typing import Any, Callable

from vae_graph.paths import LocalPath
from vae_graph.runs import records
from vae_graph.runs.checkpoints import latest_checkpoint
from vae_graph.runs.directory import RunDirectory

# Between looks for a new checkpoint.
_POLL_SECONDS = 1.0


def follow_run(
  logdir: LocalPath,
  evaluate: Callable[[], Any],
  *,
  num_train_images: int,
  timeout: float,
  should_stop: Callable[[], bool] = lambda: False,
) -> bool:
  """Evaluates the latest checkpoint of a run, and each later one as it comes.

  Of checkpoints that come while one is evaluated, the last one counts.

  Args:
    logdir: the run directory.
    evaluate: function without arguments that evaluates the latest checkpoint
      and returns its figures, such as a call of `evaluate_run`.
    num_train_images: images in the train split.
    timeout: seconds without a new checkpoint after which to end.
    should_stop: function without arguments; True ends it.

  Returns:
    Whether training has ended; False after `timeout` and where `should_stop`
    ended it.
  """
  run = RunDirectory(logdir)
  seen = checkpoint = step = None
  seen_time = time.time()
  while not should_stop():
    latest = latest_checkpoint(run)
    if latest is not None and latest not in (seen, checkpoint):
      seen = latest
      result = evaluate()
      # Perhaps a later one than that which was seen, or an earlier one where
      # that is damaged.
      checkpoint, step = result["checkpoint"], result["step"]
      seen_time = time.time()
    elif time.time() - seen_time < timeout:
      time.sleep(min(_POLL_SECONDS, timeout))
    else:
      return False
    if step is not None and _has_ended(run, step, num_train_images):
      return True
  return False


def _has_ended(run, step, num_train_images):
  """Returns whether training ends at a step, be it early."""
  # Read anew, since a run may be prolonged.
  training_config = run.settings().config.training
  if step >= run.data().last_step(training_config, num_train_images):
    return True
  metrics = run.read_metrics()
  # A checkpoint is there before the record of its step.
  return records.is_stale(metrics, training_config.early_stopping) and (
    step >= metrics[-1]["step"]
  )
