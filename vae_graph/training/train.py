"""Training from start to end: data, graph, session, hooks, run directory."""

import dataclasses
import typing
from typing import Any, Dict, Optional

from vae_graph.compat import tf, versions
from vae_graph.config.combinations import check_pixels
from vae_graph.data.dataset import load_dataset
from vae_graph.runs import records
from vae_graph.runs.checkpoints import CheckpointSaver, restore_by_name
from vae_graph.runs.directory import RunDirectory
from vae_graph.runtime.sessions import make_config_proto, resolve_session
from vae_graph.training import hooks as hooks_lib
from vae_graph.training import recording
from vae_graph.training.events import EventWriter
from vae_graph.training.progress import ProgressHook
from vae_graph.training.split_terms import in_evaluation_order
from vae_graph.training.train_graph import build_train_graph


class TrainResult(typing.NamedTuple):
  """Where training ended.

  step: the global step reached.
  complete: whether that is where the configuration ends training, be it early
    because the test ELBO does not get better.
  metrics: the last record of metrics.jsonl, or None.
  """

  step: int
  complete: bool
  metrics: Optional[Dict[str, Any]]


def train(
  config,
  logdir,
  dataset=None,
  flags_text="",
  extra_hooks=(),
  should_stop=lambda: False,
):
  """Trains a model, or goes on with the training that `logdir` holds.

  It builds a graph of its own. Every step is a pure function of the checkpoint
  before it: a run that was killed and resumed ends with the same weights, bit
  for bit, as one that was left alone.

  Args:
    config: an `ExperimentConfig`.
    logdir: folder of the run; made if it is not there.
    dataset: a `Dataset`; by default the one that `config.data` names.
    flags_text: the flags of the program, kept in `flags.txt`.
    extra_hooks: further `tf.train.SessionRunHook`s. One with a method
      `next_step(step)` tells where a run has to end for it.
    should_stop: function without arguments, asked after each run; True ends
      training early, with a checkpoint.

  Returns:
    A `TrainResult`.

  Raises:
    ConfigError: settings contradict each other.
    DeviceError: a device that is asked for is not there.
    DataError: the data set cannot be had.
    RunDirectoryError: `logdir` is unwritable or holds another configuration.
    CheckpointError: `init_checkpoint` does not fit the model.
    NonFiniteError: a loss became infinite or NaN.
  """
  resolved = dataclasses.replace(
    config, session=resolve_session(config.session)
  )
  config_proto = make_config_proto(resolved.session)
  # A process has one thread pool, of the size that its first session asks for;
  # loading data may use a session of its own.
  with tf.Session(graph=tf.Graph(), config=config_proto):
    dataset = dataset or load_dataset(config.data)
  check_pixels(config.model, dataset.train.images.dtype)
  with tf.Graph().as_default():
    graph = build_train_graph(resolved, dataset.train.images)
    init_fn = _init_fn(config.training.init_checkpoint, graph.vae)
    # Not before the settings have proved to work, for a run directory holds
    # whoever resumes it to them.
    run = RunDirectory.open(
      logdir,
      config,
      image_shape=dataset.image_shape,
      flags_text=flags_text,
      versions=versions(),
    )
    last_step = config.training.last_step(len(dataset.train.images))
    saver = CheckpointSaver(
      run.checkpoint_prefix, max_to_keep=config.training.keep_checkpoints
    )
    with EventWriter(run.train_events_folder) as train_events, EventWriter(
      run.test_events_folder
    ) as test_events:
      hooks = _make_hooks(
        graph,
        run,
        train_events,
        test_events,
        dataset.test,
        config,
        last_step,
        saver,
      )
      hooks.extend(extra_hooks)
      hooks.append(
        hooks_lib.InputHook(
          graph, last_step, hooks, config.training.steps_per_run, should_stop
        )
      )
      with tf.train.MonitoredTrainingSession(
        checkpoint_dir=run.path,
        scaffold=tf.train.Scaffold(saver=saver.saver, init_fn=init_fn),
        hooks=hooks,
        config=config_proto,
        # Our own hooks do these, exactly at their steps.
        save_checkpoint_secs=None,
        save_checkpoint_steps=None,
        save_summaries_steps=None,
        save_summaries_secs=None,
        log_step_count_steps=None,
      ) as session:
        while not session.should_stop():
          session.run(graph.outputs.step)
    step = saver.latest_step()
  metrics = run.read_metrics()
  stale = records.is_stale(metrics, config.training.early_stopping)
  return TrainResult(
    step=step,
    complete=step >= last_step or stale,
    metrics=metrics[-1] if metrics else None,
  )


def _init_fn(checkpoint, vae):
  """Returns what a `tf.train.Scaffold` calls where there is no checkpoint."""
  if not checkpoint:
    return None
  restore = restore_by_name(checkpoint, vae.variables)
  return lambda scaffold, session: restore(session)


def _make_hooks(
  graph, run, train_events, test_events, test, config, last_step, saver
):
  """Returns the hooks in the order in which they act after a run."""
  training = config.training
  checkpoints = hooks_lib.CheckpointHook(
    graph,
    saver,
    training.checkpoint_every_steps,
    training.checkpoint_every_seconds,
  )
  progress = ProgressHook(graph, last_step, training.batch_size)
  return [
    hooks_lib.FiniteHook(graph),
    progress,
    recording.SummaryHook(
      graph, train_events, training.summary_every_steps, training.batch_size
    ),
    checkpoints,
    recording.EvaluationHook(
      graph,
      run,
      test_events,
      in_evaluation_order(test.images, config.objective),
      training,
      last_step,
      checkpoints.save,
      CheckpointSaver(run.best_prefix, max_to_keep=1),
      progress.line,
    ),
    recording.PlotHook(graph, run, test_events, test, training, last_step),
  ]
