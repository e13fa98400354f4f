"""Flags of binaries that use a trained model: which run, and which weights."""

import dataclasses

from absl import flags

from vae_graph import errors

_LOGDIR = flags.DEFINE_string("logdir", None, "Folder of the run.")
_CHECKPOINT = flags.DEFINE_string(
  "checkpoint",
  "latest",
  "Weights: latest, best (by test ELBO), a global step, or the path of a"
  " checkpoint without .index.",
)
_DATA_DIR = flags.DEFINE_string(
  "data_dir",
  None,
  "Folder (for npz: file) that holds the run's data set; by default where the"
  " run found it.",
)


def logdir():
  """Returns the folder of the run.

  Raises:
    ConfigError: the flag is missing.
  """
  if not _LOGDIR.value:
    raise errors.ConfigError("--logdir is missing; name the folder of a run")
  return _LOGDIR.value


def checkpoint():
  """Returns the checkpoint asked for, as `TrainedModel` takes it."""
  value = _CHECKPOINT.value
  if value == "latest":
    return None
  return int(value) if value.isdecimal() else value


def data_config(run_config):
  """Returns a run's `DataConfig`, with the place of the data asked for."""
  if _DATA_DIR.value is None:
    return run_config
  return dataclasses.replace(run_config, data_dir=_DATA_DIR.value)
