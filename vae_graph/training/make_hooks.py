"""The hooks of a training run, in the order in which they act."""

from vae_graph.runs.checkpoint_saver import CheckpointSaver
from vae_graph.training import hooks as hooks_lib
from vae_graph.training.plotting import PlotHook
from vae_graph.training.recording import (
  EvaluationHook,
  SummaryHook,
  TermSums,
)
from vae_graph.training.rollback import RollbackHook
from vae_graph.training.split_terms import in_evaluation_order


def make_hooks(
  train_graph,
  experiment_config,
  *,
  run,
  data,
  train_events,
  test_events,
  test,
  last_step,
  saver,
  is_regular,
  progress,
  poll,
  check_folder,
):
  """Returns the hooks in the order in which they act after a run.

  Args:
    train_graph: a `TrainGraph`.
    experiment_config: an `ExperimentConfig`.
    run: a `RunDirectory`.
    data: its `RunData`.
    train_events: the `EventWriter` of training.
    test_events: the `EventWriter` of evaluations.
    test: the test `Split`.
    last_step: the global step at which training ends.
    saver: the `CheckpointSaver` of the run.
    is_regular: tells which of its checkpoints every run has; see
      `rollback.make_is_regular`.
    progress: a `ProgressHook`.
    poll: function that leaves training where it has to stop; see `StopHook`.
    check_folder: function that raises where the run's folder has gone; see
      `FolderLock.check`.
  """
  training_config = experiment_config.training
  best_saver = CheckpointSaver(
    run.best_prefix, max_to_keep=1, saver=saver.saver
  )
  best_saver.prepare()
  batch_size = training_config.batch_size
  summary_sums = TermSums(train_graph, batch_size=batch_size)
  evaluation_sums = TermSums(train_graph, batch_size=batch_size)
  checkpoints = hooks_lib.CheckpointHook(
    train_graph,
    saver=saver,
    sums={"summary": summary_sums, "evaluation": evaluation_sums},
    every_steps=training_config.checkpoint_every_steps,
    every_seconds=training_config.checkpoint_every_seconds,
  )
  plots = PlotHook(
    train_graph,
    run=run,
    events=test_events,
    test=test,
    class_names=data.class_names,
    training_config=training_config,
    last_step=last_step,
    save=checkpoints.save,
    poll=poll,
    check_folder=check_folder,
  )
  return [
    RollbackHook(
      train_graph,
      run=run,
      saver=saver,
      training_config=training_config,
      is_regular=is_regular,
    ),
    hooks_lib.FiniteHook(train_graph),
    progress,
    summary_sums,
    evaluation_sums,
    SummaryHook(
      train_graph,
      events=train_events,
      every_steps=training_config.summary_every_steps,
      sums=summary_sums,
    ),
    checkpoints,
    EvaluationHook(
      train_graph,
      run=run,
      data=data,
      events=test_events,
      images=in_evaluation_order(test.images, experiment_config.objective),
      training_config=training_config,
      last_step=last_step,
      save=checkpoints.save,
      best_saver=best_saver,
      sums=evaluation_sums,
      draw=plots.draw,
      show_line=progress.show_line,
      poll=poll,
      check_folder=check_folder,
    ),
    plots,
  ]
