"""A run is a directory: where its files are, and which settings it has.

run = RunDirectory.open(logdir, config, image_shape=(28, 28))
run.append_metrics({"step": 600, "epoch": 1.0, "test_elbo": -171.2})

config, image_shape = RunDirectory.load(logdir)
"""

import os

from vae_graph import errors
from vae_graph.runs import json_files, metrics_file, settings


class RunDirectory:
  """Paths and small files of a run. To make one touches no file.

  Args:
    path: the directory.
  """

  def __init__(self, path):
    self.path = os.fspath(path)

  @classmethod
  def open(cls, path, config, image_shape, flags_text="", versions=None):
    """Makes a run directory, or checks one that is to be resumed.

    Writes `config.json` and `flags.txt`. Settings that may change (see
    `fields.field`) are replaced by those asked for; settings that an older
    version did not know count as their defaults.

    Args:
      path: the directory, made if it is missing.
      config: the `ExperimentConfig` asked for.
      image_shape: `(height, width)` or `(height, width, channels)`.
      flags_text: what to write into `flags.txt`, as `--flagfile` reads it.
        Empty where flags played no part.
      versions: dict from a package's name to its version, for the record.

    Returns:
      The `RunDirectory`.

    Raises:
      RunDirectoryError: the directory cannot be written, is damaged, or holds
        a run with other settings.
    """
    run = cls(path)
    asked = settings.RunSettings(
      config, tuple(int(size) for size in image_shape)
    )
    _make_folder(run.path)
    if os.path.exists(run.config_path):
      there = settings.read(run.config_path)
      settings.check_same(run.path, there, asked)
    elif os.path.exists(os.path.join(run.path, "checkpoint")):
      raise errors.RunDirectoryError(
        f"{run.path} holds checkpoints but no config.json that says of which"
        " model; restore that file or choose another --logdir"
      )
    settings.write(run.config_path, asked, versions or {})
    json_files.write_text(run.flags_path, flags_text)
    return run

  @classmethod
  def load(cls, path):
    """Reads the settings of a run.

    Args:
      path: the directory.

    Returns:
      A `RunSettings`, the tuple of config and image_shape.

    Raises:
      RunDirectoryError: there is no run, or its `config.json` is damaged.
    """
    run = cls(path)
    if not os.path.exists(run.config_path):
      found = "has no config.json" if os.path.exists(path) else "does not exist"
      raise errors.RunDirectoryError(
        f"{run.path} {found}, expected the directory of a run; check --logdir"
      )
    return settings.read(run.config_path)

  @property
  def config_path(self):
    """The file `config.json`."""
    return os.path.join(self.path, "config.json")

  @property
  def flags_path(self):
    """The file `flags.txt`."""
    return os.path.join(self.path, "flags.txt")

  @property
  def metrics_path(self):
    """The file `metrics.jsonl`, one line for each evaluation."""
    return os.path.join(self.path, "metrics.jsonl")

  @property
  def checkpoint_prefix(self):
    """What `tf.train.Saver.save` takes for the latest checkpoints."""
    return os.path.join(self.path, "model.ckpt")

  @property
  def best(self):
    """The folder of the best checkpoint by test ELBO."""
    return os.path.join(self.path, "best")

  @property
  def best_prefix(self):
    """What `tf.train.Saver.save` takes for the best checkpoint."""
    return os.path.join(self.best, "model.ckpt")

  @property
  def best_metrics_path(self):
    """The file with the evaluation of the best checkpoint."""
    return os.path.join(self.best, "metrics.json")

  @property
  def train_events(self):
    """The folder of TensorBoard events of training."""
    return os.path.join(self.path, "events", "train")

  @property
  def test_events(self):
    """The folder of TensorBoard events of evaluations."""
    return os.path.join(self.path, "events", "test")

  @property
  def plots(self):
    """The folder of pictures."""
    return os.path.join(self.path, "plots")

  def append_metrics(self, record):
    """Adds an evaluation to `metrics.jsonl`; see `metrics_file.append`."""
    metrics_file.append(self.metrics_path, record)

  def read_metrics(self):
    """Returns the evaluations by step; see `metrics_file.read`."""
    return metrics_file.read(self.metrics_path)

  def metrics_at(self, step):
    """Returns the evaluation at a step, or None where there is none."""
    found = [each for each in self.read_metrics() if each["step"] == step]
    return found[0] if found else None

  def drop_metrics_after(self, step):
    """Removes the evaluations after a step, which a run resumed there redoes.

    See `metrics_file.drop_after`.
    """
    metrics_file.drop_after(self.metrics_path, step)

  def read_best(self):
    """Returns the evaluation of the best checkpoint, or None if none is kept.

    Raises:
      RunDirectoryError: its file is damaged.
    """
    if not os.path.exists(self.best_metrics_path):
      return None
    return json_files.read_json_object(self.best_metrics_path)

  def write_best(self, record):
    """Writes the evaluation of the best checkpoint.

    Args:
      record: dict with values as in `files.strict_json`.

    Raises:
      RunDirectoryError: it cannot be written.
    """
    json_files.write_json(self.best_metrics_path, record)


def _make_folder(path):
  """Makes the folder, unless it is there."""
  try:
    os.makedirs(path, exist_ok=True)
  except FileExistsError as error:
    raise errors.RunDirectoryError(
      f"{path} is a file, expected a folder; choose another --logdir"
    ) from error
  except OSError as error:
    raise json_files.unwritable(path, error) from error
