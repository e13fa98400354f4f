"""The weights with which a new run begins, where they are another's."""

from vae_graph import errors
from vae_graph.runs import checkpoint_reader, renames, restore_targets
from vae_graph.runs.checkpoints import find_checkpoints, restore_by_name


def read_start_weights(training_config, train_graph):
  """Reads the weights of `init_checkpoint`, those of `init_scope` alone.

  Args:
    training_config: a `TrainingConfig`; reads `init_checkpoint`, `init_scope`
      and `init_map`.
    train_graph: a `TrainGraph`.

  Returns:
    A function that restores them into a `tf.Session`, where averages of the
    weights begin with them, too.

  Raises:
    ConfigError: no variable is in a scope, or a renaming does not act.
    CheckpointError: the checkpoint is missing or damaged, or lacks a variable
      or has one of another shape.
  """
  checkpoint = training_config.init_checkpoint
  chosen = {
    each.op.name: each
    for each in _in_scopes(
      train_graph.vae.variables, training_config.init_scope
    )
  }
  if training_config.init_map:
    checkpoint, *_ = find_checkpoints(None, checkpoint)
    specs = checkpoint_reader.read_specs(checkpoint)
    names = renames.apply(
      specs,
      renames.parse(training_config.init_map, "init_map"),
      where=checkpoint,
    )
    checkpoint_reader.check_fits(
      checkpoint,
      {(each.name, each.spec) for each in restore_targets.find_targets(chosen)},
      others=True,
      found={new: specs[name] for new, name in names.items()},
    )
    chosen = {names[name]: each for name, each in chosen.items()}
  restores = [
    restore_by_name(checkpoint, each)
    for each in (chosen, train_graph.averages.of(chosen))
    if each
  ]

  def restore(session):
    for each in restores:
      each(session)

  return restore


def _in_scopes(variables, scopes):
  """Returns the variables under some scopes; all where there is none."""
  chosen = []
  for scope in scopes:
    begin = scope.rstrip("/") + "/"
    found = [each for each in variables if f"{each.op.name}/".startswith(begin)]
    if not found:
      tops = dict.fromkeys(each.op.name.split("/")[0] for each in variables)
      raise errors.ConfigError(
        f"init_scope {scope} holds no variable of the model, whose scopes are"
        f" {', '.join(tops)} and those in them; correct it"
      )
    chosen += found
  return chosen if scopes else variables
