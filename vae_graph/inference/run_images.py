"""Images for a trained model, as it has observed such images in training.

run_images = RunImages(model.config.data, image_shape=model.image_shape)
run_images.split("test").images
run_images.choose(["17", "photo.png", "more.npz"]).names
"""

import os
import typing
from typing import List, Optional, Sequence, Tuple

import numpy as np

from vae_graph import errors
from vae_graph.config import DataConfig
from vae_graph.data import array_files, array_names, axes
from vae_graph.data.dataset import (
  Dataset,
  Split,
  check_split,
  load_observed_dataset,
  static_binarization,
)
from vae_graph.data.image_files import load_files
from vae_graph.data.image_folder import list_images
from vae_graph.data.pixels import bad_data, to_unit_interval
from vae_graph.paths import local_path

_SOURCES = (
  "the index of a test image, an image file, a folder of them, or a .npz or"
  " .npy file"
)


class NamedImages(typing.NamedTuple):
  """Images, and what to call each.

  images: uint8 in [0, 255] or float32 in [0, 1], `[n, *image_shape]`.
  names: `[n]`, such as `test image 17` or `photo.png`.
  labels: int32 `[n]`, or None.
  class_names: of the `Dataset` that they are from, or None.
  """

  images: np.ndarray
  names: List[str]
  labels: Optional[np.ndarray] = None
  class_names: Optional[Tuple[str, ...]] = None


class RunImages:
  """The images of a run's data set, and those of files in the same manner.

  A run with binarization static or dynamic has learned black and white images.
  Its data set is therefore drawn once from a fixed seed (see
  `load_observed_dataset`), and so are gray images from files.

  Args:
    data_config: the run's `DataConfig`. The data set is loaded when one of its
      images is first asked for.
    image_shape: `(height, width)` or `(height, width, channels)`.
    resize: bring image files of another size to that shape; where the run has
      done so, it is always done.
    background: color on which transparent image files are put, by name or as
      `#rrggbb`; empty for the run's.
    seed: integer, of the draws of images from files.
  """

  def __init__(
    self,
    data_config: DataConfig,
    *,
    image_shape: Sequence[int],
    resize: bool = False,
    background: str = "",
    seed: int = 0,
  ) -> None:
    self._data_config = data_config
    self._image_shape = tuple(image_shape)
    self._resize = resize or bool(data_config.resize)
    self._background = background or data_config.background
    self._seed = seed
    self._dataset: Optional[Dataset] = None

  @property
  def dataset(self) -> Dataset:
    """The `Dataset`; read when first asked for."""
    if self._dataset is None:
      dataset = load_observed_dataset(self._data_config)
      if dataset.image_shape != self._image_shape:
        raise bad_data(
          f"data set {self._data_config.dataset}",
          f"images of shape {dataset.image_shape}",
          f"{self._image_shape} as of the run",
          "correct --data_dir",
        )
      self._dataset = dataset
    return self._dataset

  def split(
    self, name: str = "test", *, at_most: Optional[int] = None
  ) -> NamedImages:
    """Returns the first images of a split, as `NamedImages`.

    Args:
      name: `test` or `train`.
      at_most: how many; None for all.

    Raises:
      ConfigError, DataError: see `load_dataset`.
    """
    images, labels = getattr(self.dataset, name).first(at_most)
    names = [f"{name} image {index}" for index in range(len(images))]
    return NamedImages(images, names, labels, self.dataset.class_names)

  def choose(self, names: Sequence[str]) -> NamedImages:
    """Returns the images that a user names, as `NamedImages` without labels.

    Args:
      names: strings: indices in the test split, image files, folders of them,
        .npz files with the array `images` or a single one, and .npy files.

    Raises:
      ConfigError: an index is out of range, or a name no path of this machine;
        or see `load_dataset`.
      DataError: a file is missing, damaged, or of other images than the run's.
    """
    parts = [self._find(*numbered) for numbered in enumerate(names)]
    images = [part.images for part in parts]
    if len({each.dtype for each in images}) > 1:
      images = [to_unit_interval(each) for each in images]
    return NamedImages(
      np.concatenate(images), [name for part in parts for name in part.names]
    )

  def _find(self, position, name):
    """Returns the images that one name stands for."""
    name = local_path(name, "image")
    if name.isdecimal():
      return self._test_image(int(name))
    if name.lower().endswith((".npz", ".npy")):
      images = self._read_arrays(name)
      names = [f"{name}[{index}]" for index in range(len(images))]
    elif os.path.exists(name):
      names = list_images(name)[0] if os.path.isdir(name) else [name]
      images = load_files(
        names,
        self._image_shape,
        resize=self._resize,
        background=self._background,
        white_level=self._data_config.white_level,
      )
    else:
      raise bad_data(name, "no such file", _SOURCES, "check the name")
    if self._data_config.binarization != "none":
      # Another seed for each name, or all single files would share their noise.
      images = static_binarization(images, [self._seed, position])
    return NamedImages(images, names)

  def _test_image(self, index):
    images = self.dataset.test.images
    if index >= len(images):
      raise errors.ConfigError(
        f"there is no test image {index}: the test split of data set"
        f" {self._data_config.dataset} holds 0 to {len(images) - 1}"
      )
    return NamedImages(images[index : index + 1], [f"test image {index}"])

  def _read_arrays(self, path):
    """Returns the images of a file, whose axes are in the data set's order."""
    (images,) = array_files.read_arrays(
      path,
      lambda shapes: {"": array_names.choose_images(shapes, path)},
      expected=array_names.IMAGES_EXPECTED,
    ).values()
    found = images.shape
    text = f"images of shape {found}"
    images = axes.put_channels_last(images, self._data_config.data_format)
    if self._data_config.transpose_images and images.ndim > 2:
      images = images.swapaxes(1, 2)
    if images.shape != found:
      text += f", so {images.shape} by the run's settings of data"
    if images.shape[1:] != self._image_shape:
      raise bad_data(
        path,
        text,
        f"(n, {', '.join(map(str, self._image_shape))})",
        axes.mend(images.shape, self._image_shape)
        or "bring them to that shape",
      )
    split = check_split(
      Split(images, None), path, white_level=self._data_config.white_level
    )
    return split.images
