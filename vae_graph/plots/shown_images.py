"""Images as pictures show them: as bytes, in colors, of a size that fits.

Every pixel is shown as it is. Only images that are too large for the picture
are scaled down, and the title says so. Three channels are colors; what is shown
of another number of them, the title says too.
"""

import math
import typing

import numpy as np
from PIL import Image

from vae_graph.data.pixels import to_unit_interval

# About how many pixels of the picture an image is wide or high: small images
# are magnified by a whole number, so that all their pixels stay equal squares.
SHOWN_SIZE = 84
# Pixels between images.
GAP = 6
# What separates images, be they black or white.
FRAME_COLOR = 200
# A picture is at most about so many pixels wide and high, whatever it shows.
_LARGEST_WIDTH, _LARGEST_HEIGHT = 2048, 4096
# Images smaller than this are not told apart.
_LEAST_SIZE = 8
# What is narrow is not made narrower than this, be it never so long.
_LEAST_SIDE = 16
# Of more channels, the first so many are shown.
_MOST_CHANNELS = 16
# Numbers that are converted at a time; 16 MiB of floats.
_CHUNK = 2**22


class Shown(typing.NamedTuple):
  """Images as a picture shows them.

  rgb: uint8 `[n, height, width, 3]`, or with one axis more in front.
  note: what the title has to add: which channels these are, and of which size.
    It begins with a comma where it is not empty.
  """

  rgb: np.ndarray
  note: str


def to_rgb_bytes(name, images, *, largest=_LARGEST_WIDTH):
  """Returns images of any accepted kind as bytes of red, green and blue.

  Args:
    name: what an error calls them.
    images: `[n, height, width]` or `[n, height, width, channels]`; floats, of
      which [0, 1] is shown and NaN is black, or uint8. Three channels are
      colors, and so are the first three of four. Of any other number each
      becomes a gray tile, all of an image in a block.
    largest: pixels that an image may be wide or high; larger ones are scaled
      down. See `largest_size`.

  Returns:
    `Shown`, of `[n, height, width, 3]`.

  Raises:
    ValueError: the images have another shape, or there are none.
  """
  images = np.asarray(images)
  if images.ndim == 3:
    images = images[..., np.newaxis]
  if images.ndim != 4 or not images.size:
    raise ValueError(
      f"{name} must be [n, height, width] or [n, height, width, channels] with"
      f" n of at least 1, found {list(images.shape)}"
    )
  # A part at a time, since floats take more memory than what is shown of them.
  step = max(1, _CHUNK // images[0].size)
  parts = [
    _scaled_down(_colored(_to_bytes(images[start : start + step])), largest)
    for start in range(0, len(images), step)
  ]
  rgb = np.concatenate(parts)
  note = _channels_note(images.shape[-1])
  height, width = _colored(images[:1]).shape[1:3]
  if rgb.shape[1:3] != (height, width):
    note += f", scaled down to {rgb.shape[1]}x{rgb.shape[2]}"
  return Shown(rgb, note)


def rows_to_rgb_bytes(name, images, *, largest=_LARGEST_WIDTH):
  """Returns rows of images as bytes of red, green and blue.

  Args:
    name: what an error calls them.
    images: `[rows, columns, height, width]`, or one axis more of channels;
      values as in `to_rgb_bytes`.
    largest: as there.

  Returns:
    `Shown`, of `[rows, columns, height, width, 3]`.

  Raises:
    ValueError: the images have another shape, or there are none.
  """
  images = np.asarray(images)
  if images.ndim not in (4, 5) or not images.size:
    raise ValueError(
      f"{name} must be [rows, columns, height, width] or [rows, columns,"
      f" height, width, channels] and not empty, found {list(images.shape)}"
    )
  flat = images.reshape((-1,) + images.shape[2:])
  rgb, note = to_rgb_bytes(name, flat, largest=largest)
  return Shown(rgb.reshape(images.shape[:2] + rgb.shape[1:]), note)


def largest_size(rows, columns, *, gap=GAP):
  """Returns how wide and high an image may be, so that the picture is not huge.

  Args:
    rows: images on top of each other.
    columns: images side by side.
    gap: pixels between them.
  """
  room = min(_LARGEST_WIDTH / max(1, columns), _LARGEST_HEIGHT / max(1, rows))
  return max(_LEAST_SIZE, int(room) - gap)


def chosen(count, *, gap=GAP):
  """Returns the indices of images in a row that a picture has room for.

  Args:
    count: how many there are. Where these are too many, those that are chosen
      are evenly spaced, the first and the last among them.
    gap: pixels between them.
  """
  most = _LARGEST_WIDTH // (_LEAST_SIZE + gap)
  return np.rint(np.linspace(0, count - 1, min(count, most))).astype(int)


def scale_for(images, *, shown_size=SHOWN_SIZE, largest=_LARGEST_WIDTH):
  """Returns by what whole number to magnify `[..., height, width, 3]`.

  Args:
    images: as of `to_rgb_bytes`.
    shown_size: about how many pixels of the picture an image is to have.
    largest: how many it may have at most.
  """
  size = max(images.shape[-3:-1])
  return max(1, min(round(shown_size / size), largest // size))


def _to_bytes(images):
  """Returns images of one dtype or another as uint8 of the same shape."""
  if images.dtype == np.uint8:
    return images
  levels = np.nan_to_num(to_unit_interval(images))
  return np.rint(255 * np.clip(levels, 0, 1)).astype(np.uint8)


def _colored(images):
  """Returns `[n, height, width, channels]` with 3 channels."""
  count, height, width, channels = images.shape
  if channels == 4:
    return images[..., :3]
  if channels in (1, 3):
    return np.broadcast_to(images, images.shape[:-1] + (3,))
  shown = min(channels, _MOST_CHANNELS)
  columns = math.ceil(math.sqrt(shown))
  rows = math.ceil(shown / columns)
  # Lines between the tiles, and places left over, have the color of the frame.
  block = np.full(
    (count, rows * (height + 1) - 1, columns * (width + 1) - 1, 1),
    FRAME_COLOR,
    np.uint8,
  )
  for channel in range(shown):
    row, column = divmod(channel, columns)
    top, left = row * (height + 1), column * (width + 1)
    block[:, top : top + height, left : left + width, 0] = images[..., channel]
  return np.broadcast_to(block, block.shape[:-1] + (3,))


def _channels_note(channels):
  """Returns what the title says of the channels that are shown."""
  if channels in (1, 3):
    return ""
  if channels == 4:
    return ", the first 3 of 4 channels as colors"
  if channels <= _MOST_CHANNELS:
    return f", each of {channels} channels as a gray tile"
  return f", the first {_MOST_CHANNELS} of {channels} channels as gray tiles"


def _scaled_down(images, largest):
  """Returns uint8 `[n, height, width, 3]`, no side longer than `largest`."""
  size = images.shape[1:3]
  factor = min(1, largest / max(size))
  if factor == 1:
    return images
  height, width = (
    max(round(factor * side), min(side, _LEAST_SIDE, largest)) for side in size
  )
  # The mean of the pixels that become one.
  return np.stack(
    [
      np.asarray(
        Image.fromarray(np.ascontiguousarray(image)).resize(
          (width, height), Image.BOX
        )
      )
      for image in images
    ]
  )
