"""A run is a directory: where its files are, and which settings it has.

run = RunDirectory.open(logdir, experiment_config, image_shape=(28, 28))
run.append_metrics({"step": 600, "epoch": 1.0, "test_elbo": -171.2})

config, image_shape = RunDirectory.load(logdir).settings()
"""

import os
from typing import Any, Dict, List, Mapping, Optional

from vae_graph import errors
from vae_graph.paths import LocalPath
from vae_graph.runs import (
  checkpoint_files,
  evaluation_file,
  json_files,
  metrics_file,
  run_data,
  settings,
)
from vae_graph.runs.run_files import RunFiles


class RunDirectory(RunFiles):
  """The one place that knows the names of a run's files, and its small files.

  To make one touches no file.

  Args:
    path: the directory.

  Raises:
    ConfigError: it is no path of this machine; see `paths.local_path`.
  """

  @classmethod
  def open(
    cls,
    path,
    experiment_config,
    *,
    flags_text="",
    versions=None,
    **kwargs,
  ):
    """Makes a run directory, or one that is to be resumed: `check`, `write`.

    Args:
      path: the directory, made if it is missing.
      experiment_config: as of `check`.
      flags_text: as of `write`.
      versions: as of `write`.
      **kwargs: what else `check` takes.

    Returns:
      The `RunDirectory`.

    Raises:
      RunDirectoryError: as `check`.
    """
    run = cls(path)
    asked, data = run.check(experiment_config, **kwargs)
    run.write(asked, data, flags_text=flags_text, versions=versions or {})
    return run

  def check(
    self,
    experiment_config,
    *,
    image_shape,
    fingerprint=None,
    class_names=None,
    allow_other_data=False,
    step=0,
  ):
    """Makes the folder, or checks that its run may be resumed.

    Settings that may change (see `fields.field`) are those asked for then;
    settings that an older version did not know count as their defaults.

    Args:
      experiment_config: the `ExperimentConfig` asked for.
      image_shape: `(height, width)` or `(height, width, channels)`.
      fingerprint: of the data, see `dataset_fingerprint`; None leaves that of a
        run as it is.
      class_names: of the data.
      allow_other_data: take other data than the run's for its own from now on.
      step: the global step at which it is resumed.

    Returns:
      The `RunSettings` and the `RunData` to `write`.

    Raises:
      RunDirectoryError: the directory cannot be written, is damaged, or holds
        a run with other settings or on other data.
    """
    asked = settings.RunSettings(
      experiment_config, tuple(int(size) for size in image_shape)
    )
    json_files.make_folder(self.path)
    data = run_data.RunData(fingerprint, class_names=class_names)
    remains = checkpoint_files.remains(
      self.checkpoint_prefix
    ) or checkpoint_files.remains(self.best_prefix)
    if os.path.exists(self.config_path):
      there = self.settings()
      if remains:
        asked = settings.with_source(asked, there)
      settings.check_same(self.path, there=there, asked=asked)
      data = run_data.resumed(
        self.path,
        self.data(),
        fingerprint=fingerprint,
        class_names=class_names,
        allow_other=allow_other_data,
        step=step,
        batch_size=experiment_config.training.batch_size,
      )
    elif remains:
      raise errors.RunDirectoryError(
        f"{self.path} holds {remains} but no config.json that says of"
        " which model; restore that file or choose another --logdir"
      )
    return asked, data

  def write(self, asked, data, *, flags_text, versions):
    """Writes `config.json` and `flags.txt`.

    Args:
      asked: the `RunSettings`.
      data: the `RunData`.
      flags_text: what to write into `flags.txt`, as `--flagfile` reads it.
        Empty where flags played no part.
      versions: dict from a package's name to its version, for the record.

    Raises:
      RunDirectoryError: one cannot be written.
    """
    settings.write(self.config_path, asked, versions=versions, data=data)
    json_files.write_text(self.flags_path, flags_text)

  @classmethod
  def load(cls, path: LocalPath) -> "RunDirectory":
    """Finds a run that is there.

    Args:
      path: the directory.

    Returns:
      The `RunDirectory`.

    Raises:
      RunDirectoryError: there is no run, or its `config.json` is damaged.
    """
    run = cls(path)
    run.settings()
    return run

  def settings(self) -> settings.RunSettings:
    """Reads the settings, which change where the run is prolonged.

    Returns:
      A `RunSettings`, the tuple of config and image_shape.

    Raises:
      RunDirectoryError: there is no run, or its `config.json` is damaged.
    """
    self._check_that_there_is_a_run()
    return settings.read(self.config_path)

  def data(self):
    """Reads which data the run is trained on.

    Returns:
      A `run_data.RunData`.

    Raises:
      RunDirectoryError: `config.json` is damaged.
    """
    return settings.read_data(self.config_path)

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

  def _check_that_there_is_a_run(self):
    """Raises where there is no `config.json`."""
    try:
      os.stat(self.config_path)
    except (FileNotFoundError, NotADirectoryError) as error:
      if os.path.lexists(self.path) and not os.path.isdir(self.path):
        raise json_files.not_a_folder(self.path) from error
      there = os.path.exists(self.path)
      found = "has no config.json" if there else "does not exist"
      raise errors.RunDirectoryError(
        f"{self.path} {found}, expected the directory of a run; check --logdir"
      ) from error
    except OSError as error:
      raise json_files.unreadable(self.path, error.strerror) from error


def _is_rollback(value):
  """Returns whether a value is what training writes of a rollback."""
  return (
    isinstance(value, dict)
    and all(
      json_files.is_count(value.get(name)) for name in ("step", "skipped_batch")
    )
    and json_files.is_number(value.get("factor"))
  )
