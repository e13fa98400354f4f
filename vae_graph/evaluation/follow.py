"""Evaluates a run, once or each time that it saves a checkpoint."""

import os
import time

from vae_graph import metrics_file, run_files
from vae_graph.combinations import check_pixels
from vae_graph.compat import tf
from vae_graph.evaluation.evaluate_model import evaluate_model
from vae_graph.inference.trained_model import TrainedModel
from vae_graph.run_directory import RunDirectory

EVALUATION_FILE = "evaluation.json"
# Between questions whether to stop. TensorFlow looks at the folder each second,
# and not at all where there is less time.
_POLL_SECONDS = 2.0


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

  Raises:
    RunDirectoryError: they cannot be written.
  """
  run_files.write_json(os.path.join(logdir, EVALUATION_FILE), result)
  metrics_file.append(os.path.join(logdir, "evaluations.jsonl"), result)


def follow_run(
  logdir, evaluate, num_train_images, timeout, should_stop=lambda: False
):
  """Evaluates the latest checkpoint of a run, and each later one as it comes.

  Ends when training has reached its last step, after `timeout` or when asked
  to. Of checkpoints that come while one is evaluated, the last one counts.

  Args:
    logdir: the run directory.
    evaluate: function without arguments that evaluates the latest checkpoint
      and returns its figures, such as a call of `evaluate_run`.
    num_train_images: images in the train split.
    timeout: seconds without a new checkpoint after which to end.
    should_stop: function without arguments; True ends it.
  """
  seen_time = time.time()

  def is_over():
    return should_stop() or time.time() - seen_time >= timeout

  for _ in tf.train.checkpoints_iterator(
    logdir, timeout=_POLL_SECONDS, timeout_fn=is_over
  ):
    step = evaluate()["step"]
    # Read anew, since a run may be prolonged.
    training = RunDirectory.load(logdir).config.training
    if should_stop() or step >= training.last_step(num_train_images):
      return
    seen_time = time.time()
