"""The configuration of a data set: which images, and how they are presented."""

import dataclasses

from vae_graph import registry
from vae_graph.config.fields import Config, field


@dataclasses.dataclass(frozen=True)
class DataConfig(Config):
  """Which images, and how they are presented."""

  dataset: str = field(
    "mnist_10k",
    "Data set.",
    choices=registry.DATASETS,
  )
  data_dir: str = field(
    "",
    "Folder (for npz: file) that holds the data set.",
    may_change=True,
    of_parts=True,
    is_path=True,
  )
  cache_dir: str = field(
    "",
    "Folder that keeps downloaded data sets; by default vae_graph in the"
    " user's cache folder.",
    may_change=True,
    of_parts=True,
    is_path=True,
  )
  test_fraction: float = field(
    0.1,
    "Share of the images held out as the test set where a data set"
    " comes without one.",
    above=0,
    at_most=0.9,
    of_parts=True,
  )
  binarization: str = field(
    "none",
    "none: gray pixels, as they are. static: each pixel drawn once, 1 with"
    " probability gray, from a fixed seed. dynamic: drawn anew each time an"
    " image is seen.",
    choices=("none", "static", "dynamic"),
  )

  @property
  def pixels(self):
    """What a model sees, such as `gray`: never compare figures of others."""
    if self.binarization == "none":
      return "gray"
    return f"{self.binarization}ally binarized"
