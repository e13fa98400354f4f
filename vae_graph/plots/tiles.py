"""Mosaics: images put side by side, whose every pixel is shown as it is.

Only images that are too large for the picture are scaled down, and the title
says so. Three channels are colors; what is shown of another number of them, the
title says too.
"""

import math
import typing

import numpy as np
from PIL import Image

from vae_graph import charts
from vae_graph.data import dataset
from vae_graph.plots import style

# About how many pixels of the picture an image is wide or high: small images
# are magnified by a whole number, so that all their pixels stay equal squares.
SHOWN_SIZE = 84
GAP = 6
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
# A gray frame shows the edges of images, be they black or white.
_FRAME = 1
_FRAME_COLOR = 200
_MARGIN = 16
_TITLE_HEIGHT = 44
_LABEL_GAP = 10
# Room that a label below a column needs, in pixels.
LABEL_WIDTH = 52
# Height of a line of labels below the images.
_LINE_HEIGHT = 26


class Mosaic(typing.NamedTuple):
  """One image made of many: uint8 `[height, width, 3]`.

  row_middles and column_middles are in pixels from the top and from the left.
  """

  pixels: np.ndarray
  row_middles: typing.List[float]
  column_middles: typing.List[float]


class Labels(typing.NamedTuple):
  """The texts around a mosaic; each is left out where it is empty.

  rows are left of the images, from the top; columns below them, from the left;
  x and y name what rows and columns stand for.
  """

  rows: typing.Sequence[str] = ()
  columns: typing.Sequence[str] = ()
  x: str = ""
  y: str = ""


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
  levels = np.nan_to_num(dataset.to_unit_interval(images))
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
    _FRAME_COLOR,
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


def compose(rows, scale, *, gap=GAP, rows_in_group=0, apart=()):
  """Puts rows of images into one image.

  Args:
    rows: list of uint8 `[columns, height, width, 3]`; none has more columns
      than the first.
    scale: each pixel becomes a square of so many.
    gap: pixels between images; with 0 they touch, in one frame.
    rows_in_group: so many rows at a time stand close together; 0: all.
    apart: the columns that stand farther from the one before.

  Returns:
    A `Mosaic`.
  """
  columns, height, width, _ = rows[0].shape
  height, width = scale * height, scale * width
  group = rows_in_group or len(rows)
  tops = [
    _FRAME + index * (height + gap) + index // group * gap
    for index in range(len(rows))
  ]
  lefts = [
    _FRAME + index * (width + gap) + 2 * GAP * sum(c <= index for c in apart)
    for index in range(columns)
  ]
  shape = (tops[-1] + height + _FRAME, lefts[-1] + width + _FRAME, 3)
  pixels = np.full(shape, 255 if gap else _FRAME_COLOR, np.uint8)
  for top, row in zip(tops, rows):
    for left, image in zip(lefts, row):
      if gap:
        framed = (
          slice(top - _FRAME, top + height + _FRAME),
          slice(left - _FRAME, left + width + _FRAME),
        )
        pixels[framed] = _FRAME_COLOR
      pixels[top : top + height, left : left + width] = image.repeat(
        scale, axis=0
      ).repeat(scale, axis=1)
  return Mosaic(
    pixels,
    [top + height / 2 for top in tops],
    [left + width / 2 for left in lefts],
  )


def value_label(value):
  """Returns a value of a code as axes show it."""
  return charts.format_number(value, ".2f")


def thin_out(labels, middles, *, distance):
  """Blanks the labels that would touch: of each few, one stays.

  Args:
    labels: texts.
    middles: where they are, evenly spaced, in pixels.
    distance: what two of them need, in pixels.
  """
  if len(middles) < 2:
    return labels
  every = max(1, int(np.ceil(distance / abs(middles[1] - middles[0]))))
  return [
    label if index % every == 0 else "" for index, label in enumerate(labels)
  ]


def save(path, mosaic, *, title, labels=None):
  """Writes a mosaic with a title and labels as a PNG file, atomically.

  Args:
    path: the file.
    mosaic: a `Mosaic`.
    title: text above it.
    labels: the `Labels` around it, or None.
  """
  labels = labels or Labels()
  texts = [(label, style.LABEL_SIZE) for label in labels.rows]
  widest = max((style.text_width(*text) for text in texts), default=0)
  left = widest + 2 * _LABEL_GAP if texts else _MARGIN
  left += _LINE_HEIGHT if labels.y else 0
  title_width = style.text_width(title, style.TITLE_SIZE)
  width = left + max(mosaic.pixels.shape[1], title_width) + _MARGIN
  lines = bool(labels.columns) + bool(labels.x)
  bottom = _MARGIN + lines * _LINE_HEIGHT
  height = _TITLE_HEIGHT + mosaic.pixels.shape[0] + bottom
  figure = style.make_figure(width, height)
  # Unlike an image in axes, this one is copied pixel by pixel.
  figure.figimage(mosaic.pixels, left, bottom, origin="upper")

  def write(x, y, text, size=style.LABEL_SIZE, **look):
    look = dict({"va": "center", "color": style.TEXT_COLOR}, **look)
    figure.text(x / width, 1 - y / height, text, fontsize=size, **look)

  write(left, _TITLE_HEIGHT / 2, title, style.TITLE_SIZE)
  for label, middle in zip(labels.rows, mosaic.row_middles):
    write(left - _LABEL_GAP, _TITLE_HEIGHT + middle, label, ha="right")
  under = height - bottom + _LINE_HEIGHT / 2
  for label, middle in zip(labels.columns, mosaic.column_middles):
    write(left + middle, under, label, ha="center")
  if labels.x:
    needed = style.text_width(labels.x, style.LABEL_SIZE)
    middle = left + max(mosaic.pixels.shape[1], needed) / 2
    below = under + bool(labels.columns) * _LINE_HEIGHT
    write(middle, below, labels.x, ha="center")
  if labels.y:
    middle = _TITLE_HEIGHT + mosaic.pixels.shape[0] / 2
    write(_LINE_HEIGHT / 2 + 4, middle, labels.y, ha="center", rotation=90)
  style.save_png(figure, path)
