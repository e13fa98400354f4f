"""Images of another size: each pixel is the mean of the area that it covers."""

import numpy as np


def average_areas(image, size):
  """Returns an image in another size.

  Args:
    image: uint8, or float32 in [0, 1], `[height, width, channels]`.
    size: `(height, width)`; another ratio of the two is stretched.
  """
  height, width, _ = image.shape
  rows, columns = _overlaps(height, size[0]), _overlaps(width, size[1])
  channels = np.moveaxis(image, -1, 0).astype(np.float32, order="C")
  area = np.float32(height / size[0] * width / size[1])
  mean = np.moveaxis(rows @ channels @ columns.T / area, 0, -1)
  if image.dtype == np.uint8:
    return np.rint(mean).astype(np.uint8)
  return np.minimum(mean, np.float32(1))  # Lest rounding lead beyond it.


def _overlaps(old, new):
  """Returns how much of each old pixel each new one covers, `[new, old]`."""
  ends = np.arange(new + 1) * (old / new)
  starts = np.arange(old)
  lower = np.maximum(ends[:-1, np.newaxis], starts)
  upper = np.minimum(ends[1:, np.newaxis], starts + 1)
  return np.maximum(upper - lower, 0).astype(np.float32)
