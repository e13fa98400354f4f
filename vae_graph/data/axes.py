"""The order of an array's axes, told from its shape.

Images are `[n, height, width]` or `[n, height, width, channels]`. Other
programs write `[n, channels, height, width]`, or count the images last. A model
would train on either as if they were images.
"""

import itertools
import logging

import numpy as np

from vae_graph.data.pixels import bad_data

_LOGGER = logging.getLogger(__name__)

# More are taken for rows or columns, where the shape is all that tells.
_MOST_CHANNELS = 4
# Of several orders that a shape speaks for, so many are named.
_MOST_NAMED = 2

_CHANNELS_LAST = (0, 1, 2, 3)
_CHANNELS_FIRST = (0, 2, 3, 1)
# Orders that programs write, the likeliest first, as they are transposed to
# `[n, height, width, channels]`; and all others that leave rows before columns.
_COMMON = (
  _CHANNELS_LAST,
  _CHANNELS_FIRST,
  (3, 0, 1, 2),
  (3, 1, 2, 0),
  (1, 2, 3, 0),
  (2, 0, 1, 3),
  (0, 1, 3, 2),
)
_ORDERS = _COMMON + tuple(
  order
  for order in itertools.permutations(range(4))
  if order[1] < order[2] and order not in _COMMON
)
_ORDERS_OF_GRAY = ((0, 1, 2), (2, 0, 1), (1, 0, 2))
_NAMES = ("n", "height", "width", "channels")

# Where a flag says what the order is.
_FLAG = "--data_format=channels_last"


def arrange(images, data_format, *, name, declared_by=_FLAG):
  """Brings the axes of images into order, or refuses them.

  Args:
    images: array of any shape.
    data_format: `channels_first` or `channels_last`, which decide; or `auto`,
      which takes the last for the channels unless the shape speaks against it.
    name: the file or data set, for messages.
    declared_by: what would say that channels are last, for messages.

  Returns:
    A view, `[n, height, width, channels]` where there are channels.

  Raises:
    DataError: with `auto`, the shape is that of another order.
  """
  shape = images.shape
  if data_format == "auto":
    _check_order(shape, name=name, declared_by=declared_by)
    data_format = "channels_last"
  images = put_channels_last(images, data_format)
  is_plain = not (_is_ambiguous(shape) or other_order(shape))
  if data_format == "channels_last" and is_plain:
    return images
  _LOGGER.warning(
    "%s: images of shape %s are taken as %s: %s (%s)",
    name,
    shape,
    data_format,
    _describe(images.shape),
    declared_by,
  )
  return images


def _check_order(shape, *, name, declared_by):
  """Raises a DataError if the shape of images is that of another order."""
  found = other_order(shape)
  if found:
    order, remedy = found
    if declared_by == _FLAG and str(_CHANNELS_FIRST) in remedy:
      remedy += " or --data_format=channels_first"
    raise bad_data(
      name,
      f"images of shape {shape}, as of {order}",
      "[n, height, width] or [n, height, width, channels]",
      f"{remedy}; or {declared_by} takes them as they are",
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
    if count == height > _MOST_CHANNELS >= width:
      return "a single image", "take images[None]"
    orders = _orders_of_gray(shape)
  else:
    orders = _orders(shape) if len(shape) == 4 else ()
  if not orders or orders[0] == tuple(range(len(shape))):
    return None
  orders = orders[:_MOST_NAMED]
  return " or ".join(map(_layout, orders)), _transpose(*orders)


def _orders_of_gray(shape):
  """Returns the order that two equal axes speak for, or none."""
  if len(set(shape)) != 2:
    return ()
  return [
    order
    for order in _ORDERS_OF_GRAY
    if shape[order[1]] == shape[order[2]] and min(shape) > _MOST_CHANNELS
  ]


def _orders(shape):
  """Returns the orders that four axes speak for, the likeliest first."""
  # Of rows and columns that are no channels.
  orders = [
    order
    for order in _ORDERS
    if min(shape[order[1]], shape[order[2]]) > _MOST_CHANNELS
  ]
  few = [order for order in orders if shape[order[3]] <= _MOST_CHANNELS]
  square = [order for order in orders if shape[order[1]] == shape[order[2]]]
  speaking = [order for order in few if order in square] or [
    order for order in few if order in _COMMON
  ]
  if speaking:
    return speaking
  if len(square) == 2:  # One pair of equal axes; of the others, either counts.
    return sorted(
      square, key=lambda order: (order != _CHANNELS_LAST, shape[order[3]])
    )
  _, first, second, last = shape
  if last > _MOST_CHANNELS and (
    first <= _MOST_CHANNELS and first != second or 2 * first < min(second, last)
  ):
    return [_CHANNELS_FIRST]
  return ()


def mend(shape, image_shape):
  """Returns what brings an array of a wrong shape to images of a known shape.

  Args:
    shape: of the array.
    image_shape: `(height, width)` or `(height, width, channels)`.

  Returns:
    Text, such as `transpose them, by images.transpose(0, 2, 3, 1)`; or None.
  """
  image_shape = tuple(image_shape)
  for order in _ORDERS + _ORDERS_OF_GRAY:
    if len(order) == len(shape) and image_shape == tuple(
      shape[axis] for axis in order[1:]
    ):
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


def _layout(order):
  """Returns the axes of images that an order brings to front."""
  return f"[{', '.join(_NAMES[order.index(axis)] for axis in sorted(order))}]"


def _transpose(*orders):
  calls = [f"images.transpose{order}" for order in orders]
  return f"transpose them, by {' or '.join(calls)}"


def _is_ambiguous(shape):
  """Returns whether images may well have another order of axes."""
  if len(shape) != 4:
    return False
  count, first, second, last = shape
  return count == 3 or (first <= _MOST_CHANNELS and max(second, last) > 1)


def _describe(shape):
  channels = f" in {shape[3]} channel(s)" if len(shape) == 4 else ""
  return f"{shape[0]:,} images of {shape[2]} x {shape[1]} pixels{channels}"
