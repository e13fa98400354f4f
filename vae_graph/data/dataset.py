"""What every data source returns, and the checks that all of them share."""

import typing
from typing import Optional

import numpy as np

from vae_graph import registry

# The scale from bytes to [0, 1]. A product, not a quotient, because TensorFlow
# may rewrite a division by a constant, and a fed batch must equal the same one
# gathered in the graph, bit for bit.
PIXEL_SCALE = np.float32(1 / 255)


class Split(typing.NamedTuple):
  """Images with or without labels.

  images: uint8 in [0, 255] or float32 in [0, 1], `[n, height, width]` or
    `[n, height, width, channels]`.
  labels: int32 `[n]`, or None.
  """

  images: np.ndarray
  labels: Optional[np.ndarray]


class Dataset(typing.NamedTuple):
  """A training and a test split of images of one shape and dtype."""

  train: Split
  test: Split

  @property
  def image_shape(self):
    """The shape of one image, `(height, width)` or with channels."""
    return self.train.images.shape[1:]


def load_dataset(config):
  """Loads and checks the data set that a configuration names.

  Args:
    config: a `DataConfig`.

  Returns:
    A `Dataset`, binarized if `config.binarization` is `static`.

  Raises:
    DataError: it is missing, damaged, empty, or not made of images.
  """
  return registry.load(registry.DATASETS, config.dataset)(config)


def to_unit_interval(images):
  """Returns `images` as float32 in [0, 1], scaled if they are uint8."""
  if images.dtype == np.uint8:
    return images.astype(np.float32) * PIXEL_SCALE
  return images
