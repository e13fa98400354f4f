"""Mosaics: images put side by side, with titles and labels."""

import typing

import numpy as np

from vae_graph import charts
from vae_graph.plots import shown_images, style

# A gray frame shows the edges of images, be they black or white.
_FRAME = 1
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


def compose(rows, scale, *, gap=shown_images.GAP, rows_in_group=0, apart=()):
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
    _FRAME
    + index * (width + gap)
    + 2 * shown_images.GAP * sum(c <= index for c in apart)
    for index in range(columns)
  ]
  shape = (tops[-1] + height + _FRAME, lefts[-1] + width + _FRAME, 3)
  pixels = np.full(shape, 255 if gap else shown_images.FRAME_COLOR, np.uint8)
  for top, row in zip(tops, rows):
    for left, image in zip(lefts, row):
      if gap:
        framed = (
          slice(top - _FRAME, top + height + _FRAME),
          slice(left - _FRAME, left + width + _FRAME),
        )
        pixels[framed] = shown_images.FRAME_COLOR
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
