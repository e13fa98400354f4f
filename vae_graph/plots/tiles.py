"""Mosaics: images put side by side, whose every pixel is shown as it is."""

import typing

import numpy as np

from vae_graph import charts
from vae_graph.data import dataset
from vae_graph.plots import style

# About how many pixels of the picture an image is wide or high: small images
# are magnified by a whole number, so that all their pixels stay equal squares.
SHOWN_SIZE = 84
GAP = 6
# A gray frame shows the edges of images, be they black or white.
_FRAME = 1
_FRAME_COLOR = 200
_MARGIN = 16
_TITLE_HEIGHT = 44
_LABEL_GAP = 10
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


def to_rgb_bytes(name, images):
  """Returns images of any accepted kind as bytes of red, green and blue.

  Args:
    name: what an error calls them.
    images: `[n, height, width]` or `[n, height, width, channels]` with 1 or 3
      channels; floats, of which [0, 1] is shown and NaN is black, or uint8.

  Returns:
    uint8 `[n, height, width, 3]`.

  Raises:
    ValueError: the images have another shape, or there are none.
  """
  images = np.asarray(images)
  if images.ndim == 3:
    images = images[..., np.newaxis]
  if images.ndim != 4 or images.shape[-1] not in (1, 3) or not images.size:
    raise ValueError(
      f"{name} must be [n, height, width] or [n, height, width, 1 or 3] with"
      f" n of at least 1, found {list(images.shape)}"
    )
  levels = np.nan_to_num(dataset.to_unit_interval(images))
  levels = np.rint(255 * np.clip(levels, 0, 1)).astype(np.uint8)
  return np.broadcast_to(levels, levels.shape[:-1] + (3,))


def rows_to_rgb_bytes(name, images):
  """Returns rows of images as bytes of red, green and blue.

  Args:
    name: what an error calls them.
    images: `[rows, columns, height, width]`, or one axis more of 1 or 3
      channels; values as in `to_rgb_bytes`.

  Returns:
    uint8 `[rows, columns, height, width, 3]`.

  Raises:
    ValueError: the images have another shape, or there are none.
  """
  images = np.asarray(images)
  if images.ndim not in (4, 5) or not images.size:
    raise ValueError(
      f"{name} must be [rows, columns, height, width] or [rows, columns,"
      f" height, width, 1 or 3] and not empty, found {list(images.shape)}"
    )
  flat = to_rgb_bytes(name, images.reshape((-1,) + images.shape[2:]))
  return flat.reshape(images.shape[:2] + flat.shape[1:])


def scale_for(images, *, shown_size=SHOWN_SIZE):
  """Returns by what whole number to magnify `[..., height, width, 3]`."""
  return max(1, round(shown_size / max(images.shape[-3:-1])))


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
    middle = left + mosaic.pixels.shape[1] / 2
    below = under + bool(labels.columns) * _LINE_HEIGHT
    write(middle, below, labels.x, ha="center")
  if labels.y:
    middle = _TITLE_HEIGHT + mosaic.pixels.shape[0] / 2
    write(_LINE_HEIGHT / 2 + 4, middle, labels.y, ha="center", rotation=90)
  style.save_png(figure, path)
