"""The configuration of a data set: which images, and how they are presented."""

import dataclasses
import re
from typing import Tuple

from vae_graph import errors, registry
from vae_graph.config.fields import Config, field

_ROLES = ("train", "train_labels", "test", "test_labels", "class_names")


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
  resize: str = field(
    "",
    "Height and width to bring image files to, by area averaging, such as"
    " 28x28; another ratio of height to width is stretched. Gray files beside"
    " color become three equal colors.",
    of_parts=True,
    may_be_bare=True,
  )
  background: str = field(
    "",
    "Color on which image files with transparency are put, by name or as"
    " #rrggbb; without one they are refused.",
    of_parts=True,
  )
  white_level: int = field(
    0,
    "What is white in integers of more than 8 bits, such as 4095 where 12 bits"
    " are stored in 16; 0: 65535 in 16 bits, 255 in other arrays.",
    at_least=0,
    at_most=2**31 - 1,
    of_parts=True,
  )
  npz_keys: Tuple[str, ...] = field(
    (),
    "Names of the arrays, where they are not the usual ones, as"
    " train=NAME,train_labels=NAME,test=NAME,test_labels=NAME,class_names=NAME;"
    " a role without a NAME is left out.",
    may_change=True,
    of_parts=True,
  )
  data_format: str = field(
    "auto",
    "Where the channels of arrays are; auto: last, but a shape that looks"
    " otherwise is refused.",
    choices=("auto", "channels_first", "channels_last"),
    may_change=True,
    of_parts=True,
  )
  transpose_images: bool = field(
    False,
    "Exchange rows and columns of each image, as EMNIST's files need it.",
    of_parts=True,
  )
  binarization: str = field(
    "none",
    "none: gray pixels, as they are. static: each pixel drawn once, 1 with"
    " probability gray, from a fixed seed. dynamic: drawn anew each time an"
    " image is seen.",
    choices=("none", "static", "dynamic"),
  )

  def __post_init__(self):
    # Before it is asked whether it acts: a flag without a value is no size.
    if isinstance(self.resize, str) and self.resize and not self.resize_shape:
      raise errors.ConfigError(
        "resize must be height x width, as in --resize=28x28, found"
        f" {self.resize!r}"
      )
    super().__post_init__()
    if (
      set(self.array_names) - set(_ROLES)
      or not all("=" in key for key in self.npz_keys)
      or len(self.array_names) < len(self.npz_keys)
    ):
      raise errors.ConfigError(
        f"npz_keys must be ROLE=NAME, each role once, of {', '.join(_ROLES)},"
        f" found {','.join(self.npz_keys)!r}"
      )

  @property
  def resize_shape(self):
    """`(height, width)` of `resize`, or None."""
    found = re.fullmatch("([1-9][0-9]{0,4})x([1-9][0-9]{0,4})", self.resize)
    return tuple(map(int, found.groups())) if found else None

  @property
  def array_names(self):
    """A dict from roles to the names of `npz_keys`."""
    return dict(key.partition("=")[::2] for key in self.npz_keys)

  @property
  def pixels(self):
    """What a model sees, such as `gray`: never compare figures of others."""
    if self.binarization == "none":
      return "gray"
    return f"{self.binarization}ally binarized"
