"""Evaluates a run, once or each time that it saves a checkpoint."""

import os
import time

from vae_graph.compat import tf
from vae_graph.config.combinations import check_pixels
from vae_graph.evaluation.evaluate_model import evaluate_model
from vae_graph.inference.trained_model import TrainedModel
from vae_graph.runs import json_files, metrics_file, records
from vae_graph.runs.directory import RunDirectory

EVALUATION_FILE = "evaluation.json"
# Between looks for a new checkpoint.
_POLL_SECONDS = 1.0


def evaluate_run(
  logdir, dataset, config, checkpoint=None, session_config=None, progress=None
):
  """Evaluates a checkpoint of a run, and writes the figures into its folder.

  It has a graph and a session of its own and only reads what a training
  writes, so a live run is not disturbed. The figures become `evaluation.json`
  in place of earlier ones, and a line of `evaluations.jsonl` beside them.

  Args:
    logdir: the run directory.
    dataset: a `Dataset`, see `evaluate_model`.
    config: an `EvaluationConfig`.
    checkpoint: see `TrainedModel`.
    session_config: a `SessionConfig`.
    progress: see `evaluate_model`.

  Returns:
    The dict of `evaluate_model`.

  Raises:
    RunDirectoryError: there is no run, or its folder cannot be written.
    CheckpointError: there is no such checkpoint, or it does not fit.
    DataError: the images are not of the run's shape.
  """
  with TrainedModel(logdir, checkpoint, session_config) as model:
    check_pixels(model.config.model, dataset.test.images.dtype)
    result = evaluate_model(model, dataset, config, progress)
  write_evaluation(logdir, result)
  return result


def write_evaluation(logdir, result):
  """Writes the figures of `evaluate_model` into the folder of a run.

  Those of a checkpoint without a global step become no line of
  `evaluations.jsonl`, where each line is of a step.

  Raises:
    RunDirectoryError: they cannot be written.
  """
  json_files.write_json(os.path.join(logdir, EVALUATION_FILE), result)
  if result["step"] is not None:
    metrics_file.append(os.path.join(logdir, "evaluations.jsonl"), result)


def follow_run(
  logdir, evaluate, num_train_images, timeout, should_stop=lambda: False
):
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
  checkpoint = step = None
  seen_time = time.time()
  while not should_stop():
    latest = tf.train.latest_checkpoint(logdir)
    if latest is not None and latest != checkpoint:
      result = evaluate()
      # Perhaps a later one than that which was seen.
      checkpoint, step = result["checkpoint"], result["step"]
      seen_time = time.time()
    elif time.time() - seen_time < timeout:
      time.sleep(min(_POLL_SECONDS, timeout))
    else:
      return False
    if step is not None and _has_ended(logdir, step, num_train_images):
      return True
  return False


def _has_ended(logdir, step, num_train_images):
  """Returns whether training ends at a step, be it early."""
  run = RunDirectory(logdir)
  # Read anew, since a run may be prolonged.
  training = run.load(logdir).config.training
  if step >= training.last_step(num_train_images):
    return True
  metrics = run.read_metrics()
  # A checkpoint is there before the record of its step.
  return records.is_stale(metrics, training.early_stopping) and (
    step >= metrics[-1]["step"]
  )
