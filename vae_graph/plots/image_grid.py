"""Grids of images, whose every pixel is shown as it is."""

import math

import numpy as np

from vae_graph.data import dataset
from vae_graph.plots import style

# About how many pixels of the picture an image is wide or high: small images
# are magnified by a whole number, so that all their pixels stay equal squares.
_SHOWN_SIZE = 84
_MARGIN = 16
_TITLE_HEIGHT = 44
_LABEL_WIDTH = 144
# Room for the title, which one or two images would not give.
_LEAST_WIDTH = 460
# A grey frame shows the edges of images, be they black or white.
_FRAME = 1
_FRAME_COLOR = 200
_GAP = 6


def plot_samples(path, images):
  """Draws images in a grid: decoder means of samples from the prior.

  Args:
    path: the PNG file to write.
    images: `[n, height, width]` or `[n, height, width, channels]` with 1 or 3
      channels; floats, of which [0, 1] is shown and NaN is black, or uint8.

  Raises:
    ValueError: the images have another shape, or there are none.
  """
  images = _to_rgb_bytes("images", images)
  count = len(images)
  columns = 10 if count % 10 == 0 else math.ceil(math.sqrt(count))
  rows = [images[i : i + columns] for i in range(0, count, columns)]
  title = f"Decoder means of {count:,} prior samples"
  if count == 1:
    title = "Decoder mean of a prior sample"
  _save_grid(path, rows, title)


def plot_reconstructions(path, images, reconstructions, at_most=20):
  """Draws test images, each above its reconstruction.

  Args:
    path: the PNG file to write.
    images: `[n, height, width]` or `[n, height, width, channels]` with 1 or 3
      channels; floats, of which [0, 1] is shown and NaN is black, or uint8.
    reconstructions: their decoder means, likewise.
    at_most: number of pairs shown; further ones are left out.

  Raises:
    ValueError: the images have another shape, there are none, or the two
      arrays differ in shape.
  """
  images = _to_rgb_bytes("images", images[:at_most])
  reconstructions = _to_rgb_bytes("reconstructions", reconstructions[:at_most])
  if images.shape != reconstructions.shape:
    raise ValueError(
      "images and reconstructions must have one shape, found "
      f"{images.shape[:-1]} and {reconstructions.shape[:-1]}"
    )
  rows, labels = [], []
  for start in range(0, len(images), 10):
    block = slice(start, start + 10)
    rows += [images[block], reconstructions[block]]
    labels += ["test image", "reconstruction"]
  title = "Test images and the decoder means of their codes"
  _save_grid(path, rows, title, labels)


def _to_rgb_bytes(name, images):
  """Returns images of any accepted kind as uint8 `[n, height, width, 3]`."""
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


def _save_grid(path, rows, title, labels=()):
  """Writes rows of images, with a title, and a label left of each row."""
  grid, middles = _compose(rows, pair_rows=bool(labels))
  left = _LABEL_WIDTH if labels else _MARGIN
  width = left + max(grid.shape[1], _LEAST_WIDTH) + _MARGIN
  height = _TITLE_HEIGHT + grid.shape[0] + _MARGIN
  figure = style.make_figure(width, height)
  # Unlike an image in axes, this one is copied pixel by pixel.
  figure.figimage(grid, left, _MARGIN, origin="upper")
  figure.text(
    left / width,
    1 - _TITLE_HEIGHT / 2 / height,
    title,
    va="center",
    fontsize=style.TITLE_SIZE,
    color=style.TEXT_COLOR,
  )
  for label, middle in zip(labels, middles):
    figure.text(
      (left - 10) / width,
      1 - (_TITLE_HEIGHT + middle) / height,
      label,
      ha="right",
      va="center",
      fontsize=style.LABEL_SIZE,
      color=style.TEXT_COLOR,
    )
  style.save_png(figure, path)


def _compose(rows, pair_rows):
  """Puts rows of images into one image.

  Args:
    rows: list of uint8 `[columns, height, width, 3]`; none has more columns
      than the first.
    pair_rows: whether two rows at a time stand close together.

  Returns:
    The uint8 `[height, width, 3]` image, and the list of the rows' middles in
    pixels from its top.
  """
  columns, height, width, _ = rows[0].shape
  scale = max(1, round(_SHOWN_SIZE / max(height, width)))
  height, width = scale * height, scale * width
  tops = [
    _FRAME + index * (height + _GAP) + (index // 2 * _GAP if pair_rows else 0)
    for index in range(len(rows))
  ]
  lefts = [_FRAME + index * (width + _GAP) for index in range(columns)]
  shape = (tops[-1] + height + _FRAME, lefts[-1] + width + _FRAME, 3)
  grid = np.full(shape, 255, np.uint8)
  for top, row in zip(tops, rows):
    for left, image in zip(lefts, row):
      framed = (
        slice(top - _FRAME, top + height + _FRAME),
        slice(left - _FRAME, left + width + _FRAME),
      )
      grid[framed] = _FRAME_COLOR
      grid[top : top + height, left : left + width] = image.repeat(
        scale, axis=0
      ).repeat(scale, axis=1)
  return grid, [top + height / 2 for top in tops]
