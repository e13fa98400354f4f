"""Session hooks that record how training goes: metrics, events, pictures."""

import math
import time

import numpy as np

from vae_graph.config.combinations import has_learned_prior
from vae_graph.latent_metrics.codes import active_units, kl_per_dimension
from vae_graph.runs import records
from vae_graph.training.hooks import RunHook, next_multiple
from vae_graph.training.plotting import compute_codes, draw_pictures
from vae_graph.training.projector import write_projector
from vae_graph.training.split_terms import evaluate

# More points than these only make pictures and the projector slow.
_MAX_CODES = 10000


class TermMeans:
  """Means of the training terms, and the speed, since they were last taken."""

  def __init__(self, batch_size):
    self._batch_size = batch_size
    self._reset()

  def _reset(self):
    self._totals, self._steps, self._seconds = {}, 0, 0.0

  def start(self):
    """Marks the beginning of a run of the training op."""
    self._start = time.time()

  def add(self, outputs):
    """Adds the `RunOutputs` of the run that `start` began."""
    for name, value in outputs.total.items():
      self._totals[name] = self._totals.get(name, 0.0) + float(value)
    self._steps += int(outputs.steps)
    self._seconds += time.time() - self._start

  def take(self):
    """Returns `{name: mean}` with `images_per_second`, and starts anew."""
    if not self._steps:
      return {}
    means = {name: total / self._steps for name, total in self._totals.items()}
    images = self._steps * self._batch_size
    means["images_per_second"] = images / max(self._seconds, 1e-9)
    self._reset()
    return means


class SummaryHook(RunHook):
  """Writes the training terms and measures as TensorBoard scalars.

  Args:
    graph: a `TrainGraph`.
    events: an `EventWriter`.
    every_steps: steps between scalars. Terms are means over those steps,
      measures are of the last one.
    batch_size: images in a step.
  """

  def __init__(self, graph, events, every_steps, batch_size):
    super().__init__(graph)
    self._events = events
    self._every_steps = every_steps
    self._means = TermMeans(batch_size)

  def next_step(self, step):
    """Returns the next step to write at."""
    return next_multiple(step, self._every_steps)

  def after_create_session(self, session, coord):
    """Goes on with the events of the restored step."""
    del coord
    self._events.start(int(session.run(self.graph.global_step)))

  def before_run(self, run_context):
    """Starts the clock."""
    self._means.start()
    return super().before_run(run_context)

  def after_steps(self, run_context, outputs):
    """Writes where it is due."""
    self._means.add(outputs)
    if outputs.step % self._every_steps == 0:
      scalars = {**self._means.take(), **outputs.measures}
      self._events.scalars(scalars, int(outputs.step))


class EvaluationHook(RunHook):
  """Evaluates the test set, records the figures and keeps the best weights.

  Args:
    graph: a `TrainGraph`.
    run: a `RunDirectory`.
    events: the `EventWriter` of the test figures.
    images: test images, uint8 or float32 `[n, *image_shape]`.
    config: a `TrainingConfig`.
    last_step: the global step at which training ends.
    save: function (session, step) that saves a checkpoint. An evaluated step
      always has one, so no figure is ahead of what a resumed run repeats.
    best_saver: a `CheckpointSaver` for the best checkpoint.
    report: function that shows a line of text.
  """

  def __init__(
    self,
    graph,
    run,
    events,
    images,
    config,
    last_step,
    save,
    best_saver,
    report,
  ):
    super().__init__(graph)
    self._run = run
    self._events = events
    self._images = images
    self._config = config
    self._last_step = last_step
    self._every_steps = config.eval_every_epochs * graph.batches.steps_per_epoch
    self._save = save
    self._best_saver = best_saver
    self._report = report
    self._means = TermMeans(config.batch_size)

  def next_step(self, step):
    """Returns the next step to evaluate at."""
    return next_multiple(step, self._every_steps)

  def after_create_session(self, session, coord):
    """Evaluates the restored step, unless that was done before a stop."""
    step = int(session.run(self.graph.global_step))
    self._events.start(step)
    self._run.drop_metrics_after(step)
    if self._run.metrics_at(step) is None:
      self._evaluate_if_due(session, step)
    if self._is_stale():
      coord.request_stop()

  def before_run(self, run_context):
    """Starts the clock."""
    self._means.start()
    return super().before_run(run_context)

  def after_steps(self, run_context, outputs):
    """Evaluates where it is due."""
    self._means.add(outputs)
    due = self._evaluate_if_due(run_context.session, int(outputs.step))
    if due and self._is_stale():
      run_context.request_stop()

  def _is_stale(self):
    history = self._run.read_metrics()
    return records.is_stale(history, self._config.early_stopping)

  def _evaluate_if_due(self, session, step):
    by_epoch = self._every_steps and step % self._every_steps == 0
    due = by_epoch or step == self._last_step
    if due:
      self._evaluate(session, step)
    return due

  def _evaluate(self, session, step):
    self._save(session, step)
    train = self._means.take()
    with self.graph.averages.used_in(session):
      evaluation = evaluate(
        session, self.graph, self._images, self._config.eval_batch_size
      )
    test = evaluation.means
    epoch = step / self.graph.batches.steps_per_epoch
    record = records.make_record(step, epoch, test, train)
    self._keep_if_best(session, step, record)
    self._events.scalars(test, step)
    self._show_codes(evaluation, step)
    self._run.append_metrics(record)
    self._report(records.line(record, self._last_step))

  def _show_codes(self, evaluation, step):
    """Writes how much of the code is used as TensorBoard events."""
    means, stddevs = evaluation.code_means, evaluation.code_stddevs
    if not np.isfinite(means).all():
      return
    self._events.scalars({"active_units": active_units(means)[0]}, step)
    if stddevs is None or has_learned_prior(self.graph.vae.config):
      return
    if not np.isfinite(stddevs).all():
      return
    kl = kl_per_dimension(means, stddevs)
    self._events.histogram("kl_per_dimension", kl, step)

  def _keep_if_best(self, session, step, record):
    best = self._run.read_best()
    quality = records.quality(record)
    if best is not None and records.quality(best) >= quality:
      return
    if not math.isfinite(quality):
      return
    self._best_saver.save(session, step)
    self._run.write_best(record)


class PlotHook(RunHook):
  """Draws the pictures, every so many epochs and at the end.

  The end has the codes for TensorBoard's projector, too.

  Args:
    graph: a `TrainGraph`.
    run: a `RunDirectory`.
    events: the `EventWriter` that gets the pictures too.
    test: the test `Split`.
    config: a `TrainingConfig`.
    last_step: the global step at which training ends.
  """

  def __init__(self, graph, run, events, test, config, last_step):
    super().__init__(graph)
    self._last_step = last_step
    self._run = run
    self._events = events
    self._test = test.first(_MAX_CODES)
    self._batch_size = config.eval_batch_size
    self._patience = config.early_stopping
    self._every_steps = config.plot_every_epochs * graph.batches.steps_per_epoch
    # A run that is complete has its pictures in the events.
    history = run.read_metrics()
    self._shown_step = history[-1]["step"] if history else None

  def next_step(self, step):
    """Returns the next step to draw at."""
    return next_multiple(step, self._every_steps)

  def after_steps(self, run_context, outputs):
    """Draws where it is due, into a folder named after the step."""
    step = int(outputs.step)
    if self._every_steps and step % self._every_steps == 0:
      self._draw(run_context.session, step, of_step=True)

  def end(self, session):
    """Draws the final pictures, unless training was stopped early."""
    step = int(session.run(self.graph.global_step))
    stale = records.is_stale(self._run.read_metrics(), self._patience)
    if step >= self._last_step or stale:
      codes = self._draw(session, step)
      write_projector(self._run.test_events_folder, codes, self._test)

  def _draw(self, session, step, of_step=False):
    with self.graph.averages.used_in(session):
      codes = compute_codes(
        session, self.graph, self._test.images, self._batch_size
      )
      pictures = draw_pictures(
        session,
        self.graph,
        self._run,
        self._test,
        codes,
        step if of_step else None,
      )
    if step != self._shown_step:
      self._events.pictures(pictures, step)
      self._shown_step = step
    return codes
