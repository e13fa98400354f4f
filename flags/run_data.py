"""The flag that says where the data set of a run is by now."""

import dataclasses

from absl import flags

from flags import shared

_data_dir = shared.define(
  flags.DEFINE_string,
  "data_dir",
  None,
  "Folder (for npz: file) that holds the data set of the run; by default where"
  " the run found it.",
)


def data_config(run_config):
  """Returns a run's `DataConfig`, with the place of the data asked for."""
  data_dir = _data_dir()
  if data_dir is None:
    return run_config
  return dataclasses.replace(run_config, data_dir=data_dir)
