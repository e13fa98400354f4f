"""The plots that a run draws while it is trained, and their session hook."""

import contextlib
import os

import numpy as np
from absl import logging

from vae_graph import plots
from vae_graph.data.dataset import to_unit_interval
from vae_graph.randomness import evaluation_seed
from vae_graph.runs import records
from vae_graph.training.hooks import RunHook
from vae_graph.training.projector import write_projector

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
    training_config: a `TrainingConfig`.
    last_step: the global step at which training ends.
    save: function (session, step) that saves a checkpoint. A step that is drawn
      always has one, so what ends training meanwhile loses nothing.
    poll: function without arguments, called before each picture; what it raises
      ends training.
  """

  def __init__(
    self,
    train_graph,
    *,
    run,
    events,
    test,
    training_config,
    last_step,
    save,
    poll,
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
    self._batch_size = training_config.eval_batch_size
    self._patience = training_config.early_stopping
    self._save = save
    self._poll = poll
    self._shown_step = None
    self._has_failed = False

  def after_create_session(self, session, coord):
    """Draws the restored step where a stop kept that from being done."""
    del coord
    step = int(session.run(self.train_graph.global_step))
    if self._run.read_shown_step() == step:
      self._shown_step = step
    elif step and self.every.due(step):
      with self._failing_once():
        self._draw(session, step, folder_step=step)

  def after_steps(self, run_context, outputs):
    """Draws where it is due, into a folder of the step's."""
    step = int(outputs.step)
    if self.every.due(step):
      self._save(run_context.session, step)
      with self._failing_once():
        self._draw(run_context.session, step, folder_step=step)

  def end(self, session):
    """Draws the final plots, unless training was stopped early."""
    step = int(session.run(self.train_graph.global_step))
    stale = records.is_stale(self._run.read_metrics(), self._patience)
    if step >= self._last_step or stale:
      with self._failing_once():
        codes = self._draw(session, step, folder_step=None)
        write_projector(self._run.test_events_folder, codes, split=self._test)

  @contextlib.contextmanager
  def _failing_once(self):
    """Has training go on, whatever goes wrong with pictures."""
    try:
      yield
    except Exception as error:
      if not self._has_failed:
        logging.warning(
          "pictures are missing in %s (%s: %s); training goes on",
          self._run.plots_folder,
          type(error).__name__,
          " ".join(str(error).split()),
        )
      self._has_failed = True

  def _draw(self, session, step, folder_step):
    with self.train_graph.averages.used_in(session):
      codes = compute_codes(
        session,
        self.train_graph,
        images=self._test.images,
        batch_size=self._batch_size,
        poll=self._poll,
      )
      paths = draw_plots(
        session,
        self.train_graph,
        run=self._run,
        test=self._test,
        codes=codes,
        step=folder_step,
        poll=self._poll,
      )
    if step != self._shown_step:
      self._events.plots(paths, step)
      self._run.write_shown_step(step)
      self._shown_step = step
    return codes


def draw_plots(session, train_graph, *, run, test, codes, poll, step=None):
  """Draws codes, samples, reconstructions and the training curve.

  Args:
    session: a `tf.Session` of the graph.
    train_graph: a `TrainGraph`.
    run: a `RunDirectory`.
    test: a `Split` of n test images.
    codes: floats `[n, code_size]`, the posterior means of the images.
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
  os.makedirs(os.path.dirname(paths["codes"]), exist_ok=True)
  poll()
  plots.plot_codes(paths["codes"], codes, labels=test.labels)
  poll()
  samples = session.run(
    train_graph.samples,
    {
      train_graph.num_samples: _NUM_SAMPLES,
      train_graph.noise_seed: evaluation_seed(0),
    },
  )
  plots.plot_samples(paths["samples"], samples)
  poll()
  observed, reconstructed = session.run(
    [train_graph.observation, train_graph.reconstruction],
    {
      train_graph.data: to_unit_interval(test.images[:_NUM_RECONSTRUCTIONS]),
      train_graph.noise_seed: evaluation_seed(0),
    },
  )
  plots.plot_reconstructions(
    paths["reconstructions"], observed, reconstructions=reconstructed
  )
  poll()
  plots.plot_training_curve(paths["training_curve"], run.read_metrics())
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
  parts = []
  for start in range(0, len(images), batch_size):
    poll()
    feed = {
      train_graph.data: to_unit_interval(images[start : start + batch_size]),
      train_graph.noise_seed: evaluation_seed(start),
    }
    parts.append(session.run(train_graph.code_mean, feed))
  return np.concatenate(parts)
