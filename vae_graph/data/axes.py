"""The order of an array's axes, told from its shape.

Images are `[n, height, width]` or `[n, height, width, channels]`. Other
programs write `[n, channels, height, width]`, or count the images last. A model
would train on either as if they were images.
"""

import logging

import numpy as np

from vae_graph.data.pixels import bad_data

_LOGGER = logging.getLogger(__name__)

# More are taken for rows or columns, where the shape is all that tells.
_MOST_CHANNELS = 4

_CHANNELS_FIRST = (0, 2, 3, 1)
# Height, width, channels, images; channels, height, width, images; and gray.
_COUNTED_LAST = ((3, 0, 1, 2), (3, 1, 2, 0), (2, 0, 1))


def arrange(images, data_format, *, name):
  """Brings the axes of images into order, or refuses them.

  Args:
    images: array of any shape.
    data_format: `channels_first` or `channels_last`, which decide; or `auto`,
      which takes the last for the channels unless the shape speaks against it.
    name: the file or data set, for messages.

  Returns:
    A view, `[n, height, width, channels]` where there are channels.

  Raises:
    DataError: with `auto`, the shape is that of another order.
  """
  shape = images.shape
  if data_format == "auto":
    check_order(shape, name=name)
    data_format = "channels_last"
  images = put_channels_last(images, data_format)
  is_plain = not (_is_ambiguous(shape) or other_order(shape))
  if data_format == "channels_last" and is_plain:
    return images
  _LOGGER.warning(
    "%s: images of shape %s are taken as %s: %s (--data_format)",
    name,
    shape,
    data_format,
    _describe(images.shape),
  )
  return images


def check_order(shape, *, name):
  """Raises a DataError if the shape of images is that of another order."""
  found = other_order(shape)
  if found:
    raise bad_data(
      name,
      f"images of shape {shape}, as of {found[0]}",
      "[n, height, width] or [n, height, width, channels]",
      f"{found[1]}; or --data_format=channels_last takes them as they are",
    )


def put_channels_last(images, data_format):
  """Returns a view of images whose channels are where `data_format` says."""
  if images.ndim == 4 and data_format == "channels_first":
    return np.moveaxis(images, 1, -1)
  return images


def other_order(shape):
  """Returns what order the shape of images speaks for, and what mends it.

  Args:
    shape: tuple of integers.

  Returns:
    Two texts; or None if the shape is, or may be, that of images.
  """
  if len(shape) == 3:
    count, height, width = shape
    if not (count == height > _MOST_CHANNELS and width != height):
      return None
    if width <= _MOST_CHANNELS:
      return "a single image", "take images[None]"
    return _counted_last((2, 0, 1))
  if len(shape) != 4:
    return None
  count, first, second, last = shape
  if last <= _MOST_CHANNELS:
    return None
  if first != second and (
    first <= _MOST_CHANNELS
    or (first < last == second)
    or 2 * first < min(second, last)
  ):
    return "channels before height and width", (
      f"transpose them, by images.transpose{_CHANNELS_FIRST} or"
      " --data_format=channels_first"
    )
  if second <= _MOST_CHANNELS < first:
    return _counted_last((3, 0, 1, 2))
  if count == first > _MOST_CHANNELS and second < min(first, last):
    return _counted_last((3, 0, 1, 2))
  if count <= _MOST_CHANNELS and first > _MOST_CHANNELS:
    return _counted_last((3, 1, 2, 0))
  return None


def mend(shape, image_shape):
  """Returns what brings an array of a wrong shape to images of a known shape.

  Args:
    shape: of the array.
    image_shape: `(height, width)` or `(height, width, channels)`.

  Returns:
    Text, such as `transpose them, by images.transpose(0, 2, 3, 1)`; or None.
  """
  image_shape = tuple(image_shape)
  for order in (_CHANNELS_FIRST, *_COUNTED_LAST):
    if len(order) != len(shape):
      continue
    if tuple(shape[axis] for axis in order)[1:] == image_shape:
      return _transpose(order)
  if shape == image_shape:
    return "take images[None]"
  if shape[1:] == image_shape + (1,):
    return "take images[..., 0]"
  if shape[1:] + (1,) == image_shape:
    return "take images[..., None]"
  return None


def mend_counted_last(shape):
  """Returns what brings images of a shape to front that are counted last."""
  return _transpose((len(shape) - 1, *range(len(shape) - 1)))


def _counted_last(order):
  return "images that are counted last", _transpose(order)


def _transpose(order):
  return f"transpose them, by images.transpose{order}"


def _is_ambiguous(shape):
  """Returns whether images may well have another order of axes."""
  if len(shape) != 4:
    return False
  count, first, second, last = shape
  return (
    (first <= _MOST_CHANNELS and max(second, last) > 1)
    or (count == first > _MOST_CHANNELS >= second)
    or count == 3
  )


def _describe(shape):
  channels = f" in {shape[3]} channel(s)" if len(shape) == 4 else ""
  return f"{shape[0]:,} images of {shape[2]} x {shape[1]} pixels{channels}"
