"""Training from start to end: data, graph, session, hooks, run directory."""

import contextlib
import dataclasses
import typing
from typing import Any, Callable, Dict, Optional, Sequence

from vae_graph import errors
from vae_graph.compat import tf, versions
from vae_graph.config import ExperimentConfig
from vae_graph.config.combinations import check_pixels
from vae_graph.data.dataset import Dataset, check_dataset, load_dataset
from vae_graph.data.fingerprint import dataset_fingerprint
from vae_graph.data.outside import check_outside_data
from vae_graph.paths import LocalPath, local_path
from vae_graph.runs import checkpoint_files, records
from vae_graph.runs.checkpoint_saver import CheckpointSaver
from vae_graph.runs.directory import RunDirectory
from vae_graph.runs.lock import FolderLock
from vae_graph.runtime.processes import use_tensorflow
from vae_graph.runtime.sessions import make_config_proto, resolve_session
from vae_graph.training import hooks as hooks_lib
from vae_graph.training.events import EventWriter
from vae_graph.training.lock_hook import LockHook
from vae_graph.training.make_hooks import make_hooks
from vae_graph.training.progress import ProgressHook
from vae_graph.training.rollback import RollbackHook, make_is_regular
from vae_graph.training.start_weights import read_start_weights
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
  experiment_config: ExperimentConfig,
  logdir: LocalPath,
  *,
  dataset: Optional[Dataset] = None,
  flags_text: str = "",
  allow_other_data: bool = False,
  extra_hooks: Sequence[tf.train.SessionRunHook] = (),
  should_stop: Callable[[], bool] = lambda: False,
) -> TrainResult:
  """Trains a model, or goes on with the training that `logdir` holds.

  It builds a graph of its own. Every step is a pure function of the checkpoint
  before it: a run that was killed and resumed ends with the same weights, bit
  for bit, as one that was left alone.

  Args:
    experiment_config: an `ExperimentConfig`.
    logdir: folder of the run; made if it is not there.
    dataset: a `Dataset`; by default the one that the configuration names.
    flags_text: the flags of the program, kept in `flags.txt`.
    allow_other_data: let a run go on with other data than it began with.
    extra_hooks: further `tf.train.SessionRunHook`s. One with a method
      `next_step(step)` tells where a run has to end for it, and one with
      `go_on(session, step)` is told of a rollback to the checkpoint of `step`.
      Their `end` is not called where training stops within an evaluation.
    should_stop: function without arguments; True ends training early, with a
      checkpoint. It is asked after each run of steps, which lasts about half a
      second, and between the batches and the pictures of the evaluations that
      follow one; not before the first run. A resumed run redoes the evaluation
      or the pictures that were not completed.

  Returns:
    A `TrainResult`.

  Raises:
    ConfigError: settings contradict each other, or `logdir` is no path for a
      run.
    DeviceError: a device that is asked for is not there.
    ProcessError: this process was forked from one that has used TensorFlow.
    DataError: the data set cannot be had.
    RunDirectoryError: `logdir` is unwritable, holds another configuration or a
      run on other data, or is in training by another process.
    CheckpointError: a checkpoint does not fit the model, cannot be saved, or
      there are some in `logdir` but none that is whole.
    NonFiniteError: a loss became infinite or NaN.
  """
  logdir = local_path(logdir, "logdir")
  check_outside_data(logdir, experiment_config.data, name="logdir")
  with FolderLock(RunDirectory(logdir).lock_path) as lock:
    return _train(
      experiment_config,
      logdir,
      lock=lock,
      dataset=dataset,
      flags_text=flags_text,
      allow_other_data=allow_other_data,
      extra_hooks=extra_hooks,
      should_stop=should_stop,
    )


def _train(
  experiment_config,
  logdir,
  *,
  lock,
  dataset,
  flags_text,
  allow_other_data,
  extra_hooks,
  should_stop,
):
  """Trains in a folder that is locked; see `train`."""
  use_tensorflow("train")
  resolved = dataclasses.replace(
    experiment_config, session=resolve_session(experiment_config.session)
  )
  config_proto = make_config_proto(resolved.session)
  dataset = (
    load_dataset(experiment_config.data)
    if dataset is None
    else check_dataset(dataset, "the data set given")
  )
  training_config = experiment_config.training
  check_pixels(experiment_config.model, dataset.train.images.dtype)
  with tf.Graph().as_default():
    train_graph = build_train_graph(resolved, dataset.train.images)
    is_regular = make_is_regular(
      training_config, steps_per_epoch=train_graph.batches.steps_per_epoch
    )
    rolls_back = training_config.on_nan == "rollback"
    saver = CheckpointSaver(
      RunDirectory(logdir).checkpoint_prefix,
      max_to_keep=training_config.keep_checkpoints,
      is_needed=lambda step: rolls_back and is_regular(step),
    )
    start_weights = None
    if training_config.init_checkpoint and saver.latest_step() is None:
      start_weights = read_start_weights(
        training_config, train_graph.vae.variables
      )
    run = RunDirectory(logdir)
    run_settings, data = run.check(
      experiment_config,
      image_shape=dataset.image_shape,
      fingerprint=dataset_fingerprint(dataset),
      class_names=dataset.class_names,
      allow_other_data=allow_other_data,
      # Which only the epochs of other data are counted from.
      step=(allow_other_data and saver.latest_whole_step()) or 0,
    )

    def write_settings():
      run.write(run_settings, data, flags_text=flags_text, versions=versions())

    last_step = data.last_step(training_config, len(dataset.train.images))
    progress = ProgressHook(
      train_graph, last_step=last_step, batch_size=training_config.batch_size
    )
    stop_hook = hooks_lib.StopHook(should_stop)
    with EventWriter(run.train_events_folder) as train_events, EventWriter(
      run.test_events_folder
    ) as test_events, contextlib.closing(progress):
      hooks = make_hooks(
        train_graph,
        experiment_config,
        run=run,
        data=data,
        train_events=train_events,
        test_events=test_events,
        test=dataset.test,
        last_step=last_step,
        saver=saver,
        is_regular=is_regular,
        progress=progress,
        poll=stop_hook.poll,
        check_folder=lock.check,
      )
      # Before those that write.
      hooks.insert(0, LockHook(lock))
      hooks.extend(extra_hooks)
      hooks.append(stop_hook)
      hooks.append(
        hooks_lib.InputHook(
          train_graph,
          last_step=last_step,
          hooks=hooks,
          steps_per_run=training_config.steps_per_run,
        )
      )
      session_creator = tf.train.ChiefSessionCreator(
        tf.train.Scaffold(
          saver=saver.saver,
          init_fn=_init_fn(
            saver,
            run,
            start_weights=start_weights,
            write_settings=write_settings,
          ),
        ),
        config=config_proto,
      )
      stopped = False
      try:
        # The scope holds what TensorFlow adds to start and check variables.
        with tf.name_scope("initialization"), tf.train.MonitoredSession(
          session_creator, hooks=hooks
        ) as session:
          while not session.should_stop():
            try:
              session.run(train_graph.outputs.step)
            except hooks_lib.Diverged as failure:
              _roll_back(session, failure, hooks=hooks)
      except hooks_lib.Stopped:
        stopped = True
    lock.check()
    step = saver.latest_step()
  metrics = run.read_metrics()
  stale = records.is_stale(metrics, training_config.early_stopping)
  return TrainResult(
    step=step,
    complete=(step >= last_step or stale) and not stopped,
    metrics=metrics[-1] if metrics else None,
  )


def _init_fn(saver, run, *, start_weights, write_settings):
  """Returns what a `tf.train.Scaffold` calls when variables have their start.

  TensorFlow's own way to go on from a checkpoint takes the run's folder for a
  pattern.
  """

  def init_fn(scaffold, session):
    del scaffold
    if saver.restore(session) is not None:
      write_settings()
      return
    history = run.read_metrics()
    best = checkpoint_files.remains(run.best_prefix)
    there = ""
    if history:
      there = f"{run.metrics_path} has records up to step {history[-1]['step']}"
    elif best:
      there = f"{run.best_folder} holds {best}"
    if there:
      raise errors.CheckpointError(
        f"{there}, but {run.path} holds no checkpoint; restore its checkpoints"
        " or choose another --logdir"
      )
    if start_weights is not None:
      start_weights(session)
    # Not before the settings have proved to work, for a run directory holds
    # whoever resumes it to them.
    write_settings()

  return init_fn


def _roll_back(session, failure, *, hooks):
  """Has the `RollbackHook` roll back; see there."""
  (rollbacks,) = [each for each in hooks if isinstance(each, RollbackHook)]
  session.run_step_fn(
    lambda step_context: rollbacks.roll_back(
      step_context.session, failure, hooks=hooks
    )
  )
