"""The import of a foreign checkpoint: a run that training goes on with."""

import contextlib
import dataclasses
import math
import os
import typing
from typing import Callable, Dict, List, Optional

import numpy as np

from vae_graph import errors
from vae_graph.compat import tf, versions
from vae_graph.config.combinations import check_pixels
from vae_graph.config.experiment import ExperimentConfig
from vae_graph.config.importing import ImportConfig
from vae_graph.data.dataset import Dataset, given_or_loaded
from vae_graph.data.fingerprint import dataset_fingerprint
from vae_graph.data.outside import check_outside_data
from vae_graph.importing import hints, source
from vae_graph.importing import plan as plans
from vae_graph.inference.output_files import try_output
from vae_graph.inference.output_folders import new_folder
from vae_graph.paths import LocalPath, local_path
from vae_graph.runs import (
  checkpoint_files,
  checkpoint_reader,
  restore_targets,
)
from vae_graph.runs.checkpoint_saver import CheckpointSaver
from vae_graph.runs.directory import RunDirectory
from vae_graph.runtime.processes import use_tensorflow
from vae_graph.runtime.sessions import make_config_proto, resolve_session
from vae_graph.training.split_terms import (
  compute_split_terms,
  in_evaluation_order,
)
from vae_graph.training.train_graph import build_train_graph

# Enough to see whether weights are what they were.
_MOST_IMAGES = 1000


class ImportResult(typing.NamedTuple):
  """What an import made.

  step: the global step of the run.
  checkpoint: path of what was imported, without `.index`.
  layout: name of the layout that was taken.
  notes: lines: what else is to be known.
  images: how many test images the means are of.
  means: `{name: float}` of the objective's terms, as evaluations in training
    have them.
  untrained: the same of the run's initial weights.
  """

  step: int
  checkpoint: str
  layout: str
  notes: List[str]
  images: int
  means: Dict[str, Optional[float]]
  untrained: Dict[str, Optional[float]]


def import_checkpoint(
  checkpoint: LocalPath,
  logdir: LocalPath,
  *,
  experiment_config: ExperimentConfig,
  import_config: Optional[ImportConfig] = None,
  dataset: Optional[Dataset] = None,
  flags_text: str = "",
  dry_run: bool = False,
  show: Callable[[str], None] = lambda text: None,
) -> ImportResult:
  """Makes a run of what another program has trained.

  Training goes on with it from the checkpoint's global step, with its slots if
  they are those of the optimizer that is asked for; all that takes a run takes
  it. `logdir` appears when it is complete. docs/import.md has the layouts.

  Args:
    checkpoint: path of a checkpoint of TensorFlow, or of one of its files; or
      a folder, whose latest one is taken.
    logdir: the folder of the run to make, which is not there, or empty.
    experiment_config: an `ExperimentConfig`: what was trained, and how training
      is to go on.
    import_config: an `ImportConfig`: which variables are which.
    dataset: a `Dataset`; by default the one that the configuration names.
    flags_text: the flags of the program, kept in `flags.txt`.
    dry_run: write nothing.
    show: function of a text, called with the table of all variables of a
      checkpoint that can be read, before anything is refused for what is in it.

  Returns:
    An `ImportResult`.

  Raises:
    ConfigError: settings contradict each other, or `logdir` is no path for a
      run, or a renaming does not act.
    ProcessError: this process was forked from one that has used TensorFlow.
    DataError: the data set cannot be had, or is not what a `Dataset` is.
    CheckpointError: the checkpoint is missing or damaged, or is not of the
      model.
    NonFiniteError: the model that it makes has no finite loss.
    OutputError: `logdir` is not empty, or cannot be written.
  """
  use_tensorflow("import_checkpoint")
  import_config = import_config or ImportConfig()
  logdir = _new_logdir(logdir, experiment_config)
  path = source.find(checkpoint)
  contents = source.read(path, import_config)
  dataset = given_or_loaded(dataset, experiment_config.data)
  check_pixels(experiment_config.model, dataset.train.images.dtype)
  resolved = dataclasses.replace(
    experiment_config, session=resolve_session(experiment_config.session)
  )
  config_proto = make_config_proto(resolved.session)
  with tf.Graph().as_default(), contextlib.ExitStack() as stack:
    train_graph = build_train_graph(resolved, dataset.train.images)
    plan = _make_plan(contents, train_graph, import_config)
    # Here a damaged one is found out.
    tensors = source.read_tensors(
      path, [row.found for row in plan.of(*plans.TAKEN)]
    )
    show(checkpoint_reader.table(plans.table_cells(plan)))
    plans.check_whole(
      plan, config=import_config, pixels=int(np.prod(dataset.image_shape))
    )
    variables = {each.op.name: each for each in tf.global_variables()}
    values = _values(tensors, plan, variables)
    session = stack.enter_context(tf.Session(config=config_proto))
    session.run(tf.global_variables_initializer())
    images = in_evaluation_order(
      dataset.test.images, experiment_config.objective
    )[:_MOST_IMAGES]
    untrained = _evaluate(session, train_graph, images, experiment_config)
    restore_targets.assign(
      session,
      restore_targets.find_targets({name: variables[name] for name in values}),
      values=values,
    )
    means = _evaluate(session, train_graph, images, experiment_config)
    result = ImportResult(
      step=int(session.run(train_graph.global_step)),
      checkpoint=path,
      layout=plan.layout,
      notes=plan.notes + hints.worse_than_untrained(means, untrained),
      images=len(images),
      means=means,
      untrained=untrained,
    )
    _check_finite(result)
    if not dry_run:
      with _new_folder(logdir) as folder:
        run = RunDirectory.open(
          folder,
          experiment_config,
          image_shape=dataset.image_shape,
          fingerprint=dataset_fingerprint(dataset),
          class_names=dataset.class_names,
          flags_text=flags_text,
          versions=versions(),
        )
        saver = CheckpointSaver(run.checkpoint_prefix, max_to_keep=1)
        saver.save(session, result.step)
        _write_origin(run, result, plan, import_config)
  return result


def _new_logdir(logdir, experiment_config):
  """Returns the absolute path of the folder to make, which can be made.

  Raises:
    OutputError: it is not empty, or cannot be made.
  """
  if experiment_config.training.init_checkpoint:
    raise errors.ConfigError(
      "init_checkpoint is where a new run takes its weights from, and this one"
      " takes them from what is imported; leave it out"
    )
  # A link to a folder is not to be replaced.
  logdir = os.path.realpath(local_path(logdir, "to"))
  check_outside_data(logdir, experiment_config.data, name="to")
  if os.path.lexists(logdir):
    there = checkpoint_files.names(logdir)
    if there or not os.path.isdir(logdir):
      is_run = os.path.basename(RunDirectory(logdir).config_path) in there
      holds = "a run" if is_run else "something"
      raise errors.OutputError(
        f"{logdir} holds {holds} already; remove it or choose another --to"
      )
  try_output(logdir, is_folder=True, flag="--to")
  return logdir


def _make_plan(contents, train_graph, import_config):
  shapes = {
    each.op.name: tuple(each.shape.as_list()) for each in tf.global_variables()
  }
  weights = [each.op.name for each in train_graph.vae.variables]
  return plans.make_plan(
    contents,
    {name: shapes.pop(name) for name in weights},
    others=shapes,
    config=import_config,
  )


def _values(tensors, plan, variables):
  """Returns `{name of a variable: its value}` of those that get one."""
  wanted = {
    row.ours: (
      row.found,
      row.shape,
      variables[row.ours].dtype.base_dtype.as_numpy_dtype,
    )
    for row in plan.of(*plans.TAKEN)
  }
  values = source.values(tensors, wanted)
  for row in plan.of(plans.COPY):
    values[row.ours] = values[row.ours.rpartition("/")[0]]
  return values


def _evaluate(session, train_graph, images, experiment_config):
  """Returns the means of the objective's terms, as training records them."""
  training_config = experiment_config.training
  with train_graph.averages.used_in(session):
    return compute_split_terms(
      session,
      train_graph,
      images=images,
      batch_size=training_config.eval_batch_size,
      train_batch_size=training_config.batch_size,
    ).means


def _check_finite(result):
  for name in ("loss", "elbo"):
    if not math.isfinite(result.means.get(name, 0.0)):
      raise errors.NonFiniteError(
        f"with the weights of {result.checkpoint} the {name} of test images is"
        f" {result.means[name]}; take an earlier checkpoint, or look whether"
        " this is the model that was trained"
      )


@contextlib.contextmanager
def _new_folder(logdir):
  """Yields a temporary folder that becomes `logdir`; see `new_folder`."""
  with new_folder(logdir, "--to") as folder:
    try:
      yield folder
    except (errors.CheckpointError, errors.RunDirectoryError) as error:
      # They speak of a folder that will not be there.
      raise OSError(str(error.__cause__ or error).splitlines()[0]) from error


def _write_origin(run, result, plan, import_config):
  """Writes where an imported run comes from."""
  run.write_imported_from(
    {
      "checkpoint": os.path.abspath(result.checkpoint),
      "sha256": source.hashes(result.checkpoint),
      "step": result.step,
      "import": import_config.to_dict(),
      "layout": result.layout,
      "variables": {row.ours: row.found.name for row in plan.of(*plans.TAKEN)},
      "versions": versions(),
      "test_images": result.images,
      **{f"test_{name}": value for name, value in result.means.items()},
    }
  )
