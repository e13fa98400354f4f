"""The plots that a run draws while it is trained, and their session hook."""

import contextlib
import logging

import numpy as np

from vae_graph import plots
from vae_graph.randomness import evaluation_seed
from vae_graph.runs import records
from vae_graph.runtime.blocks import images_at_once
from vae_graph.training.hooks import RunHook
from vae_graph.training.projector import write_projector
from vae_graph.training.split_terms import evaluation_batches

_LOGGER = logging.getLogger(__name__)
# More points than these only make plots and the projector slow.
_MAX_CODES = 10000
_NUM_SAMPLES = 100
_NUM_RECONSTRUCTIONS = 20


class PlotHook(RunHook):
  """Draws the plots, every so many epochs and at the end.

  The end has the codes for TensorBoard's projector, too. Pictures that cannot
  be drawn or written do not end training: the first time, a warning tells.

  Args:
    train_graph: a `TrainGraph`.
    run: a `RunDirectory`.
    events: the `EventWriter` that gets the plots too.
    test: the test `Split`.
    class_names: of the `Dataset`.
    training_config: a `TrainingConfig`.
    last_step: the global step at which training ends.
    save: function (session, step) that saves a checkpoint. A step that is drawn
      always has one, so what ends training meanwhile loses nothing.
    poll: function without arguments, called before each picture; what it raises
      ends training.
    check_folder: function that raises where the run's folder has gone. It is
      called before each picture, too, which would make the folder anew.
  """

  def __init__(
    self,
    train_graph,
    *,
    run,
    events,
    test,
    class_names,
    training_config,
    last_step,
    save,
    poll,
    check_folder,
  ):
    steps_per_epoch = train_graph.batches.steps_per_epoch
    super().__init__(
      train_graph,
      every_steps=training_config.plot_every_epochs * steps_per_epoch,
    )
    self._last_step = last_step
    self._run = run
    self._events = events
    self._test = test.first(_MAX_CODES)
    self._class_names = class_names
    self._batch_size = training_config.eval_batch_size
    self._patience = training_config.early_stopping
    self._save = save
    self._poll = poll
    self._check_folder = check_folder
    self._has_drawn_last = False
    self._has_failed = False

  def go_on(self, session, step):
    """Draws what was due at `step` and is not shown any more."""
    self._draw_unless_recorded(session, step)

  def after_steps(self, run_context, outputs):
    """Draws where it is due."""
    self._draw_unless_recorded(run_context.session, int(outputs.step))

  def end(self, session):
    """Draws the last plots of a run that was complete, into files alone."""
    step = int(session.run(self.train_graph.global_step))
    history = self._run.read_metrics()
    if self._is_last(step, history) and not self._has_drawn_last:
      with self._failing_once():
        self._draw_last(session, history)

  def draw(self, session, step, *, history):
    """Draws the plots of a step, if they are due.

    Args:
      session: a `tf.Session` of the graph.
      step: the global step.
      history: the records of the run, with that of the step if it has one.
    """
    paths = None
    with self._failing_once():
      if step and self.every.due(step):
        paths, _ = self._draw(session, history, folder_step=step)
      if self._is_last(step, history):
        paths = self._draw_last(session, history)
      if paths:
        self._events.plots(paths, step)

  def _draw_unless_recorded(self, session, step):
    # A step that was evaluated was drawn before its record was written.
    if self.every.due(step) and self._run.metrics_at(step) is None:
      self._save(session, step)
      self.draw(session, step, history=self._run.read_metrics())

  def _is_last(self, step, history):
    return step >= self._last_step or records.is_stale(history, self._patience)

  def _draw_last(self, session, history):
    paths, codes = self._draw(session, history, folder_step=None)
    self._check_folder()
    write_projector(
      self._run.test_events_folder,
      codes,
      split=self._test,
      class_names=self._class_names,
    )
    self._has_drawn_last = True
    return paths

  @contextlib.contextmanager
  def _failing_once(self):
    """Has training go on, whatever goes wrong with pictures."""
    try:
      yield
    except Exception as error:
      self._check_folder()
      if not self._has_failed:
        _LOGGER.warning(
          "pictures are missing in %s (%s: %s); training goes on",
          self._run.plots_folder,
          type(error).__name__,
          " ".join(str(error).split()),
        )
      self._has_failed = True

  def _draw(self, session, history, folder_step):
    with self.train_graph.averages.used_in(session):
      codes = compute_codes(
        session,
        self.train_graph,
        images=self._test.images,
        batch_size=self._batch_size,
        poll=self._go_on_or_end,
      )
      paths = draw_plots(
        session,
        self.train_graph,
        run=self._run,
        test=self._test,
        class_names=self._class_names,
        codes=codes,
        history=history,
        step=folder_step,
        poll=self._go_on_or_end,
      )
    return paths, codes

  def _go_on_or_end(self):
    self._check_folder()
    self._poll()


def draw_plots(
  session,
  train_graph,
  *,
  run,
  test,
  class_names,
  codes,
  history,
  poll,
  step=None,
):
  """Draws codes, samples, reconstructions and the training curve.

  Args:
    session: a `tf.Session` of the graph.
    train_graph: a `TrainGraph`.
    run: a `RunDirectory`.
    test: a `Split` of n test images.
    class_names: of the `Dataset`.
    codes: floats `[n, code_size]`, the posterior means of the images.
    history: the records of the run; see `metrics.jsonl`.
    poll: function without arguments, called before each plot; what it raises
      ends the drawing.
    step: as of `RunDirectory.plot_path`.

  Returns:
    `{name: path}` of the PNG files.
  """
  paths = {
    name: run.plot_path(name, step)
    for name in ("codes", "samples", "reconstructions", "training_curve")
  }
  poll()
  plots.plot_codes(
    paths["codes"], codes, labels=test.labels, class_names=class_names
  )
  poll()
  samples = _draw_samples(session, train_graph, poll=poll)
  plots.plot_samples(paths["samples"], samples)
  poll()
  observed, reconstructed = _run_over(
    session,
    train_graph,
    test.images[:_NUM_RECONSTRUCTIONS],
    fetches=[train_graph.observation, train_graph.reconstruction],
    batch_size=_NUM_RECONSTRUCTIONS,
    poll=poll,
  )
  plots.plot_reconstructions(
    paths["reconstructions"], observed, reconstructions=reconstructed
  )
  poll()
  plots.plot_training_curve(paths["training_curve"], history)
  return paths


def compute_codes(session, train_graph, *, images, batch_size, poll):
  """Returns the posterior means of images, float32 `[n, code_size]`.

  Args:
    session: a `tf.Session` of the graph.
    train_graph: a `TrainGraph`.
    images: uint8 or float32 `[n, *image_shape]`.
    batch_size: images at a time.
    poll: function without arguments, called before each batch; what it raises
      ends the computation.
  """
  (codes,) = _run_over(
    session,
    train_graph,
    images,
    fetches=[train_graph.code_mean],
    batch_size=batch_size,
    poll=poll,
  )
  return codes


def _run_over(session, train_graph, images, *, fetches, batch_size, poll):
  """Returns the fetches for all images."""
  parts = [
    session.run(fetches, feed)
    for _, feed in evaluation_batches(
      train_graph, images, fetches=fetches, batch_size=batch_size, poll=poll
    )
  ]
  return [np.concatenate(each) for each in zip(*parts)]


def _draw_samples(session, train_graph, *, poll):
  """Returns decoder means of samples of the prior."""
  feed = {
    train_graph.num_samples: _NUM_SAMPLES,
    train_graph.noise_seed: evaluation_seed(0),
  }
  codes = session.run(train_graph.prior_codes, feed)
  size = images_at_once([train_graph.samples], at_most=_NUM_SAMPLES)
  parts = []
  for start in range(0, len(codes), size):
    poll()
    block = {train_graph.prior_codes: codes[start : start + size]}
    parts.append(session.run(train_graph.samples, block))
  return np.concatenate(parts)
