"""The small files of a run beside its settings, read and written."""

import os
from typing import Any, Dict, List, Mapping, Optional

from vae_graph.runs import evaluation_file, json_files, metrics_file
from vae_graph.runs.run_files import RunFiles


class SmallFiles(RunFiles):
  """Records, rollbacks, evaluations and the origin of a run.

  To make one touches no file.

  Args:
    path: the directory of the run.

  Raises:
    ConfigError: it is no path of this machine; see `paths.local_path`.
  """

  def append_metrics(self, record: Dict[str, Any]) -> None:
    """Adds a record to `metrics.jsonl`; see `metrics_file.append`."""
    metrics_file.append(self.metrics_path, record)

  def read_metrics(self) -> List[Dict[str, Any]]:
    """Returns the records of `metrics.jsonl`; see `metrics_file.read`."""
    return metrics_file.read(self.metrics_path)

  def metrics_at(self, step: int) -> Optional[Dict[str, Any]]:
    """Returns the record of a step, or None where there is none."""
    found = [each for each in self.read_metrics() if each["step"] == step]
    return found[0] if found else None

  def drop_metrics_after(self, step: int) -> None:
    """Removes the records after a step, which a run resumed there redoes.

    See `metrics_file.drop_after`.
    """
    metrics_file.drop_after(self.metrics_path, step)

  def read_rollbacks(self):
    """Returns the rollbacks of training, a list of dicts; see `rollback.py`.

    Raises:
      RunDirectoryError: their file is damaged.
    """
    path = self.rollbacks_path
    if not os.path.exists(path):
      return []
    rollbacks = json_files.read_json_object(path).get("rollbacks")
    if not isinstance(rollbacks, list) or not all(map(_is_rollback, rollbacks)):
      raise json_files.unreadable(path, "it holds no list of rollbacks")
    return rollbacks

  def write_rollbacks(self, rollbacks):
    """Writes the rollbacks of training; see `read_rollbacks`.

    Raises:
      RunDirectoryError: they cannot be written.
    """
    json_files.write_json(self.rollbacks_path, {"rollbacks": rollbacks})

  def read_best(self) -> Optional[Dict[str, Any]]:
    """Returns the record of the best checkpoint, or None if none is kept.

    Raises:
      RunDirectoryError: its file is damaged.
    """
    path = self.best_metrics_path
    if not os.path.exists(path):
      return None
    record = json_files.read_json_object(path)
    if not metrics_file.is_evaluation(record):
      raise json_files.unreadable(path, "it holds no step and numbers")
    return record

  def write_best(self, record: Dict[str, Any]) -> None:
    """Writes the record of the best checkpoint.

    Args:
      record: dict with values as in `files.strict_json`.

    Raises:
      RunDirectoryError: it cannot be written.
    """
    json_files.write_json(self.best_metrics_path, record)

  def write_imported_from(self, origin: Mapping[str, Any]) -> None:
    """Writes what an imported run was made of.

    Args:
      origin: dict with values as in `files.strict_json`.

    Raises:
      RunDirectoryError: it cannot be written.
    """
    json_files.write_json(self.imported_from_path, origin)

  def read_imported_from(self) -> Optional[Dict[str, Any]]:
    """Returns what an imported run was made of, or None of any other run.

    Raises:
      RunDirectoryError: its file is damaged.
    """
    path = self.imported_from_path
    if not os.path.exists(path):
      return None
    origin = json_files.read_json_object(path)
    if not _is_origin(origin):
      raise json_files.unreadable(path, "it names no checkpoint and step")
    return origin

  def read_evaluation(self) -> Optional[Dict[str, Any]]:
    """Returns the last evaluation, or None where there was none.

    It is a dict as `write_evaluation` took it; what an older version wrote is
    brought to the names of today.

    Raises:
      RunDirectoryError: its file is damaged.
    """
    if not os.path.exists(self.evaluation_path):
      return None
    return evaluation_file.read(self.evaluation_path)

  def write_evaluation(self, evaluation: Dict[str, Any]) -> None:
    """Writes an evaluation, in place of the last one and behind all others.

    One of a checkpoint without a global step becomes no line of
    `evaluations.jsonl`, where each line is of a step.

    Args:
      evaluation: dict with `step`, such as `evaluate_model` returns.

    Raises:
      RunDirectoryError: it cannot be written.
    """
    json_files.write_json(self.evaluation_path, evaluation)
    if evaluation["step"] is not None:
      metrics_file.append(self.evaluations_path, evaluation)


def _is_rollback(value):
  """Returns whether a value is what training writes of a rollback."""
  return (
    isinstance(value, dict)
    and all(
      json_files.is_count(value.get(name)) for name in ("step", "skipped_batch")
    )
    and json_files.is_number(value.get("factor"))
  )


def _is_origin(value):
  """Returns whether a dict says where an imported run began."""
  step = value.get("step")
  return isinstance(value.get("checkpoint"), str) and (
    step is None or json_files.is_count(step)
  )
