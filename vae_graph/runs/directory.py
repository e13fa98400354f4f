"""A run is a directory: where its files are, and which settings it has.

run = RunDirectory.open(logdir, experiment_config, image_shape=(28, 28))
run.append_metrics({"step": 600, "epoch": 1.0, "test_elbo": -171.2})

config, image_shape = RunDirectory.load(logdir).settings()
"""

import os

from vae_graph import errors
from vae_graph.paths import LocalPath
from vae_graph.runs import checkpoint_files, json_files, run_data, settings
from vae_graph.runs.small_files import SmallFiles


class RunDirectory(SmallFiles):
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
