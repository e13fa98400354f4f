"""The evaluation of one checkpoint of a run, kept in its folder."""

from typing import Any, Callable, Dict, Optional, Union

from vae_graph import files
from vae_graph.config import EvaluationConfig, SessionConfig
from vae_graph.config.combinations import check_pixels
from vae_graph.data.dataset import Dataset
from vae_graph.evaluation.evaluate_model import evaluate_model
from vae_graph.inference.output_files import try_output, writing
from vae_graph.inference.trained_model import TrainedModel
from vae_graph.paths import LocalPath
from vae_graph.runs.directory import RunDirectory


def evaluate_run(
  logdir: LocalPath,
  dataset: Dataset,
  *,
  evaluation_config: Optional[EvaluationConfig] = None,
  checkpoint: Union[None, int, LocalPath] = None,
  session_config: Optional[SessionConfig] = None,
  progress: Optional[Callable[[int], Any]] = None,
  keep: bool = True,
) -> Dict[str, Any]:
  """Evaluates a checkpoint of a run, and writes the figures into its folder.

  It has a graph and a session of its own and only reads what a training
  writes, so a live run is not disturbed. The figures become `evaluation.json`
  in place of earlier ones, and a line of `evaluations.jsonl` beside them. That
  this can be written is tried first.

  Args:
    logdir: the run directory.
    dataset: a `Dataset`, see `evaluate_model`.
    evaluation_config: an `EvaluationConfig`; by default one of its defaults.
    checkpoint: see `TrainedModel`.
    session_config: a `SessionConfig`.
    progress: see `evaluate_model`.
    keep: whether to write the figures; see also `write_evaluation`.

  Returns:
    The dict of `evaluate_model`.

  Raises:
    RunDirectoryError: there is no run.
    OutputError, RunDirectoryError: its folder cannot be written.
    CheckpointError: there is no such checkpoint, or it does not fit.
    DataError: the images are not of the run's shape.
  """
  run = RunDirectory.load(logdir)
  if keep:
    try_output(run.evaluation_path)
  with TrainedModel(
    logdir, checkpoint=checkpoint, session_config=session_config
  ) as model:
    check_pixels(model.config.model, dataset.test.images.dtype)
    result = evaluate_model(
      model, dataset, evaluation_config=evaluation_config, progress=progress
    )
  if keep:
    run.write_evaluation(result)
  return result


def write_evaluation(path: LocalPath, evaluation: Dict[str, Any]) -> None:
  """Writes an evaluation as a JSON file of its own.

  Args:
    path: the file; its folder is made if it is missing.
    evaluation: the dict of `evaluate_model`.

  Raises:
    OutputError: it cannot be written.
  """
  with writing(path):
    files.write_atomically(path, files.strict_json(evaluation, indent=2) + "\n")
