"""Training from start to end: data, graph, session, hooks, run directory."""

import contextlib
import dataclasses
from typing import Any, Callable, Optional, Sequence

from vae_graph import errors
from vae_graph.compat import tf, versions
from vae_graph.config import ExperimentConfig
from vae_graph.config.combinations import check_pixels
from vae_graph.data.dataset import Dataset, given_or_loaded
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
from vae_graph.training.follow import follow_chief
from vae_graph.training.lock_hook import LockHook
from vae_graph.training.make_hooks import make_hooks
from vae_graph.training.monitored import (
  TrainResult,
  make_input_hook,
  run_steps,
)
from vae_graph.training.progress import ProgressHook
from vae_graph.training.ranks import make_ranks
from vae_graph.training.rollback import make_is_regular
from vae_graph.training.start_weights import read_start_weights
from vae_graph.training.step_hooks import make_step_hooks
from vae_graph.training.train_graph import build_train_graph


def train(
  experiment_config: ExperimentConfig,
  logdir: LocalPath,
  *,
  dataset: Optional[Dataset] = None,
  flags_text: str = "",
  allow_other_data: bool = False,
  extra_hooks: Sequence[Any] = (),
  should_stop: Callable[[], bool] = lambda: False,
  wrap_optimizer: Optional[Callable[[Any], Any]] = None,
  is_chief: Optional[bool] = None,
  rank: int = 0,
  num_ranks: int = 1,
  master: str = "",
) -> TrainResult:
  """Trains a model, or goes on with the training that `logdir` holds.

  It builds a graph of its own. Every step is a pure function of the checkpoint
  before it: a run that was killed and resumed ends with the same weights, bit
  for bit, as one that was left alone.

  Several processes, the ranks, train one run when each calls it with its `rank`
  and the same other arguments. A batch of `batch_size` images is then divided
  among them, and the chief alone writes; docs/integration.md says more.

  Args:
    experiment_config: an `ExperimentConfig`.
    logdir: folder of the run; made if it is not there.
    dataset: a `Dataset`; by default the one that the configuration names. All
      ranks have the same.
    flags_text: the flags of the program, kept in `flags.txt`.
    allow_other_data: let a run go on with other data than it began with.
    extra_hooks: further `tf.train.SessionRunHook`s, or functions without
      arguments that return one, called when the graph is built. A hook is shown
      one training step at a time, so that runs make one step; with an attribute
      `every_steps` those at the multiples of it alone. One with a method
      `next_step(step)` sees runs as they are and tells where one has to end for
      it, and one with `go_on(session, step)` is told of a rollback to the
      checkpoint of `step`. Their `end` is not called where training stops
      within an evaluation.
    should_stop: function without arguments; True ends training early, with a
      checkpoint. It is asked after each run of steps, which lasts about half a
      second, and between the batches and the pictures of the evaluations that
      follow one; not before the first run. A resumed run redoes the evaluation
      or the pictures that were not completed. Among several ranks, one that
      wants to ends training for all, behind a run of steps.
    wrap_optimizer: function that is given the `tf.train.Optimizer` and returns
      the one to use, such as Horovod's `DistributedOptimizer`. Its
      `compute_gradients(loss, variables)` and `apply_gradients(gradients,
      name=name)` are called; with several ranks the first returns means over
      all of them.
    is_chief: whether this process writes the run directory; by default rank 0
      does. Any other leaves no trace on disk.
    rank: index of this process.
    num_ranks: how many processes train together.
    master: target of the session, such as that of a `tf.train.Server`.

  Returns:
    A `TrainResult`. Early stopping is known to the chief alone: for others a
    run is complete at its last step.

  Raises:
    ConfigError: settings contradict each other, `logdir` is no path for a
      run, or `wrap_optimizer` does not average.
    DeviceError: a device that is asked for is not there.
    ProcessError: this process was forked from one that has used TensorFlow.
    DataError: the data set cannot be had, or is not what a `Dataset` is.
    RunDirectoryError: `logdir` is unwritable, holds another configuration or a
      run on other data, or is in training by another process.
    CheckpointError: a checkpoint does not fit the model, cannot be saved, or
      there are some in `logdir` but none that is whole.
    NonFiniteError: a loss became infinite or NaN.
  """
  logdir = local_path(logdir, "logdir")
  check_outside_data(logdir, experiment_config.data, name="logdir")
  run = RunDirectory(logdir)
  ranks = make_ranks(
    experiment_config,
    wrap_optimizer=wrap_optimizer,
    is_chief=is_chief,
    rank=rank,
    num_ranks=num_ranks,
  )
  with contextlib.ExitStack() as stack:
    lock = None
    if ranks.is_chief:
      lock = stack.enter_context(FolderLock(run.lock_path))
    use_tensorflow("train")
    stack.enter_context(tf.Graph().as_default())
    resolved = dataclasses.replace(
      experiment_config, session=resolve_session(experiment_config.session)
    )
    config_proto = make_config_proto(resolved.session)
    dataset = given_or_loaded(dataset, experiment_config.data)
    check_pixels(experiment_config.model, dataset.train.images.dtype)
    train_graph = build_train_graph(resolved, dataset.train.images, ranks=ranks)
    if not ranks.is_chief:
      return follow_chief(
        train_graph,
        experiment_config,
        run=run,
        num_images=len(dataset.train.images),
        extra_hooks=extra_hooks,
        should_stop=should_stop,
        config_proto=config_proto,
        master=master,
      )
    return _train(
      train_graph,
      experiment_config,
      run=run,
      lock=lock,
      dataset=dataset,
      flags_text=flags_text,
      allow_other_data=allow_other_data,
      extra_hooks=extra_hooks,
      should_stop=should_stop,
      config_proto=config_proto,
      master=master,
    )


def _train(
  train_graph,
  experiment_config,
  *,
  run,
  lock,
  dataset,
  flags_text,
  allow_other_data,
  extra_hooks,
  should_stop,
  config_proto,
  master,
):
  """Trains in a folder that is locked; see `train`."""
  training_config = experiment_config.training
  is_regular = make_is_regular(
    training_config, steps_per_epoch=train_graph.batches.steps_per_epoch
  )
  rolls_back = training_config.on_nan == "rollback"
  saver = CheckpointSaver(
    run.checkpoint_prefix,
    max_to_keep=training_config.keep_checkpoints,
    is_needed=lambda step: rolls_back and is_regular(step),
  )
  start_weights = None
  if training_config.init_checkpoint and saver.latest_step() is None:
    start_weights = read_start_weights(training_config, train_graph)
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
  stop_hook = hooks_lib.StopHook(should_stop, polls=train_graph.ballot is None)
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
    hooks.extend(
      make_step_hooks(
        extra_hooks, train_graph, folder=run.path, saver=saver.saver
      )
    )
    hooks.append(stop_hook)
    hooks.append(
      make_input_hook(
        train_graph,
        last_step=last_step,
        hooks=hooks,
        steps_per_run=training_config.steps_per_run,
      )
    )
    init_fn = _init_fn(
      saver, run, start_weights=start_weights, write_settings=write_settings
    )
    stopped = run_steps(
      train_graph,
      hooks,
      scaffold=tf.train.Scaffold(saver=saver.saver, init_fn=init_fn),
      config_proto=config_proto,
      master=master,
    )
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
