"""Keeps what is written out of the folders that are data as a whole."""

import os

from vae_graph import errors, registry
from vae_graph.config import DataConfig


def check_outside_data(
  path: str, data_config: DataConfig, *, name: str
) -> None:
  """Checks that what is written does not become a part of a data set.

  Of some data sets every file and folder in `data_dir` is a part, but for
  those whose name begins with a dot.

  Args:
    path: the file or folder that will be written; it need not exist yet.
    data_config: a `DataConfig`.
    name: of the setting that holds the path, for the error.

  Raises:
    ConfigError: it would.
  """
  takes_all = registry.DATASETS[data_config.dataset].takes_all_files
  if not (takes_all and data_config.data_dir):
    return
  # What the names stand for, links and all.
  path, folder = os.path.realpath(path), os.path.realpath(data_config.data_dir)
  inside = os.path.relpath(path, folder)
  # Above it, `..`, and what has a dot before its name.
  if inside != "." and inside.startswith("."):
    return
  raise errors.ConfigError(
    f"{name} {path} is in the folder of images, {data_config.data_dir}, where"
    f" all is taken for data; choose a --{name} elsewhere"
  )
