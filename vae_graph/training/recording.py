"""Session hooks that record how training goes: metrics, events, the best."""

import logging
import math
import time

import numpy as np

from vae_graph import errors
from vae_graph.config.combinations import has_standard_normal_prior
from vae_graph.latent_metrics.codes import active_units, kl_per_dimension
from vae_graph.runs import checkpoint_files, records
from vae_graph.training.hooks import RunHook
from vae_graph.training.split_terms import compute_split_terms

_LOGGER = logging.getLogger(__name__)


class TermSums(RunHook):
  """Sums of the training terms, and of the time, since they were last taken.

  Steps are added one after another in float64, so that a sum is the same to the
  last bit wherever runs end, and whether training was resumed in between.

  Args:
    train_graph: a `TrainGraph`.
    batch_size: images in a step.
  """

  def __init__(self, train_graph, *, batch_size):
    super().__init__(train_graph)
    self._batch_size = batch_size
    self.restore({})

  def state(self):
    """Returns the sums as a dict for `restore`, of what JSON knows."""
    return {
      "sums": dict(self._sums),
      "steps": self._steps,
      "seconds": self._seconds,
    }

  def restore(self, state):
    """Goes on with sums; from an empty dict with none."""
    self._sums = dict(state.get("sums", {}))
    self._steps = state.get("steps", 0)
    self._seconds = state.get("seconds", 0.0)

  def before_run(self, run_context):
    """Starts the clock."""
    self._start_time = time.monotonic()
    return super().before_run(run_context)

  def after_steps(self, run_context, outputs):
    """Adds the steps of a run."""
    for name, values in outputs.terms.items():
      # Not by sum(), which from Python 3.12 on carries what rounding loses.
      for value in values.tolist():
        self._sums[name] = self._sums.get(name, 0.0) + value
    self._steps += int(outputs.steps)
    self._seconds += time.monotonic() - self._start_time

  def take(self):
    """Returns `{name: mean}` with `images_per_second`, and starts anew."""
    if not self._steps:
      return {}
    means = {name: total / self._steps for name, total in self._sums.items()}
    images = self._steps * self._batch_size
    means["images_per_second"] = images / max(self._seconds, 1e-9)
    self.restore({})
    return means


class SummaryHook(RunHook):
  """Writes the training terms and measures as TensorBoard scalars.

  Args:
    train_graph: a `TrainGraph`.
    events: an `EventWriter`.
    every_steps: steps between scalars. Terms are means over those steps,
      measures are of the last one.
    sums: the `TermSums` of those steps.
  """

  def __init__(self, train_graph, *, events, every_steps, sums):
    super().__init__(train_graph, every_steps=every_steps)
    self._events = events
    self._sums = sums
    self._has_graph = False

  def go_on(self, session, step):
    """Has TensorBoard hide what was written after `step`."""
    del session
    self._events.start(step)

  def after_steps(self, run_context, outputs):
    """Writes the graph at first, and scalars where they are due."""
    if not self._has_graph:
      self._events.graph(run_context.session.graph)
      self._has_graph = True
    if self.every.due(outputs.step):
      scalars = {**self._sums.take(), **outputs.measures}
      self._events.scalars(scalars, int(outputs.step))


class EvaluationHook(RunHook):
  """Evaluates the test set, records the figures and keeps the best weights.

  The record of a step is the last that is written of it: where a run is resumed
  at a step that has none, all is done again.

  Args:
    train_graph: a `TrainGraph`.
    run: a `RunDirectory`.
    data: its `RunData`.
    events: the `EventWriter` of the test figures.
    images: test images, uint8 or float32 `[n, *image_shape]`.
    training_config: a `TrainingConfig`.
    last_step: the global step at which training ends.
    save: function (session, step) that saves a checkpoint. An evaluated step
      always has one, so no figure is ahead of what a resumed run repeats.
    best_saver: a `CheckpointSaver` for the best checkpoint.
    sums: the `TermSums` since the last evaluation.
    draw: function (session, step, history) that draws what pictures are due
      with the evaluation of a step; its record is the last of the history.
    show_line: function that shows a line of text.
    poll: as of `compute_split_terms`.
    check_folder: function that raises where the run's folder has gone.
  """

  def __init__(
    self,
    train_graph,
    *,
    run,
    data,
    events,
    images,
    training_config,
    last_step,
    save,
    best_saver,
    sums,
    draw,
    show_line,
    poll,
    check_folder,
  ):
    steps_per_epoch = train_graph.batches.steps_per_epoch
    super().__init__(
      train_graph,
      every_steps=training_config.eval_every_epochs * steps_per_epoch,
    )
    self._run = run
    self._data = data
    self._events = events
    self._images = images
    self._batch_size = training_config.eval_batch_size
    self._train_batch_size = training_config.batch_size
    self._patience = training_config.early_stopping
    self._last_step = last_step
    self._save = save
    self._best_saver = best_saver
    self._show_line = show_line
    self._sums = sums
    self._draw = draw
    self._best = None
    self._poll = poll
    self._check_folder = check_folder

  def after_create_session(self, session, coord):
    """Evaluates the restored step, unless that was done before a stop."""
    step = int(session.run(self.train_graph.global_step))
    self._best = _read_best(self._run)
    self.go_on(session, step)
    if self._run.metrics_at(step) is None:
      self._evaluate_if_due(session, step)
    if self._is_stale():
      coord.request_stop()

  def go_on(self, session, step):
    """Drops what was recorded after `step`."""
    del session
    self._run.drop_metrics_after(step)
    if self._run.metrics_at(step) is None:
      self._events.start(step - 1)
    else:
      self._events.start(step)
      self._sums.restore({})  # They are in the record.

  def after_steps(self, run_context, outputs):
    """Evaluates where it is due."""
    due = self._evaluate_if_due(run_context.session, int(outputs.step))
    if due and self._is_stale():
      run_context.request_stop()

  def _is_stale(self):
    return records.is_stale(self._run.read_metrics(), self._patience)

  def _evaluate_if_due(self, session, step):
    # An imported run may be past its end.
    due = self.every.due(step) or step >= self._last_step
    if due:
      self._evaluate(session, step)
    return due

  def _evaluate(self, session, step):
    self._save(session, step)
    train = self._sums.take()
    with self.train_graph.averages.used_in(session):
      test = compute_split_terms(
        session,
        self.train_graph,
        images=self._images,
        batch_size=self._batch_size,
        train_batch_size=self._train_batch_size,
        poll=self._poll,
      )
    record = records.make_record(
      step,
      epoch=self._data.epoch(
        step, steps_per_epoch=self.train_graph.batches.steps_per_epoch
      ),
      test=test.means,
      train=train,
    )
    self._check_folder()
    self._keep_if_best(session, step, record)
    self._events.scalars(test.means, step)
    self._write_code_usage(test, step)
    history = [*self._run.read_metrics(), record]
    self._draw(session, step, history=history)
    self._check_folder()
    self._run.append_metrics(record)
    self._show_line(records.line(record, self._last_step))

  def _write_code_usage(self, terms, step):
    """Writes how much of the code is used as TensorBoard events."""
    means, stddevs = terms.code_means, terms.code_stddevs
    if not np.isfinite(means).all():
      return
    self._events.scalars({"active_units": active_units(means)[0]}, step)
    model_config = self.train_graph.vae.model_config
    if stddevs is None or not has_standard_normal_prior(model_config):
      return
    if not np.isfinite(stddevs).all():
      return
    kl = kl_per_dimension(means, stddevs)
    self._events.histogram("kl_per_dimension", kl, step=step)

  def _keep_if_best(self, session, step, record):
    quality = records.quality(record)
    if self._best is not None and records.quality(self._best) >= quality:
      return
    if not math.isfinite(quality):
      return
    self._best_saver.save(session, step)
    self._run.write_best(record)
    self._best = record


def _read_best(run):
  """Returns the record of the best checkpoint, or None if there is none yet.

  Where its file has gone or is damaged, it is found in the history.
  """
  try:
    best, cause = run.read_best(), f"{run.best_metrics_path} has gone"
  except errors.RunDirectoryError as error:
    best, cause = None, error
  step = max(checkpoint_files.steps(run.best_prefix), default=None)
  history = run.read_metrics()
  if best is not None or step is None or not history:
    return best
  best = run.metrics_at(step) or max(history, key=records.quality)
  _LOGGER.warning(
    "%s; the record of step %d in %s is taken for that of the best checkpoint",
    cause,
    best["step"],
    run.metrics_path,
  )
  return best
