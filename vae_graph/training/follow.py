"""Training in a rank that is not the chief: the same steps, no file."""

import sys

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runs import checkpoint_files
from vae_graph.runs.checkpoints import restore_from_run
from vae_graph.training import hooks as hooks_lib
from vae_graph.training.monitored import (
  TrainResult,
  make_input_hook,
  run_steps,
)
from vae_graph.training.start_weights import read_start_weights
from vae_graph.training.step_hooks import make_step_hooks


def follow_chief(
  train_graph,
  experiment_config,
  *,
  run,
  num_images,
  extra_hooks,
  should_stop,
  config_proto,
  master,
):
  """Makes the chief's steps, and writes nothing.

  Args:
    train_graph: a `TrainGraph`, of the default graph.
    experiment_config: an `ExperimentConfig`.
    run: the `RunDirectory` that the chief writes.
    num_images: images in the train split.
    extra_hooks: as of `train`.
    should_stop: as of `train`.
    config_proto: a `tf.ConfigProto`.
    master: target of the session.

  Returns:
    A `TrainResult`.
  """
  training_config = experiment_config.training
  variables = tf.global_variables()
  # The chief saves a new run's start, too; whoever sees it takes that.
  goes_on = bool(checkpoint_files.steps(run.checkpoint_prefix))
  start_weights = None
  if training_config.init_checkpoint and not goes_on:
    start_weights = read_start_weights(training_config, train_graph)
  alone = train_graph.ballot is None

  def follow(session, step):
    try:
      restore_from_run(session, run, checkpoint=step, variables=variables)
    except errors.CheckpointError as error:
      raise errors.CheckpointError(
        f"the chief goes on from step {step}, with weights that this rank does"
        f" not have and cannot read ({error}); let all ranks see {run.path}, or"
        " give them a hook that broadcasts variables, such as Horovod's"
        " BroadcastGlobalVariablesHook"
      ) from error

  def init_fn(scaffold, session):
    del scaffold
    if start_weights is not None:
      start_weights(session)
    if alone and goes_on:
      restore_from_run(session, run, checkpoint=None, variables=variables)

  hooks = [
    hooks_lib.FiniteHook(train_graph),
    *make_step_hooks(extra_hooks, train_graph, folder=run.path),
    hooks_lib.StopHook(should_stop),
  ]
  last_step = training_config.last_step(num_images)
  input_hook = make_input_hook(
    train_graph,
    follow=follow,
    # Where the ranks vote the chief knows it better.
    last_step=last_step if alone else sys.maxsize,
    hooks=hooks,
    steps_per_run=training_config.steps_per_run,
  )

  run_steps(
    train_graph,
    [*hooks, input_hook],
    scaffold=tf.train.Scaffold(init_fn=init_fn),
    config_proto=config_proto,
    master=master,
  )
  step = input_hook.step
  return TrainResult(step=step, complete=step >= last_step, metrics=None)
