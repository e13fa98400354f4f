"""Grids of images: samples of the model, and images with reconstructions."""

import math

import numpy as np

from vae_graph.plots import shown_images, tiles

_COLUMNS = 10
# Beyond so many samples the grid is a square.
_MOST_IN_COLUMNS = 200
_MOST_SAMPLES = 10000


def plot_samples(path, images):
  """Draws images in a grid: decoder means of samples from the prior.

  Args:
    path: the PNG file to write.
    images: `[n, height, width]` or `[n, height, width, channels]`; see
      `shown_images.to_rgb_bytes`.

  Raises:
    ValueError: the images have another shape, or there are none.
  """
  shown = images[:_MOST_SAMPLES]
  count = len(shown)
  columns = _COLUMNS
  if count % _COLUMNS or count > _MOST_IN_COLUMNS:
    columns = math.ceil(math.sqrt(count))
  largest = shown_images.largest_size(
    math.ceil(count / max(1, columns)), columns
  )
  rgb, note = shown_images.to_rgb_bytes("images", shown, largest=largest)
  rows = [rgb[i : i + columns] for i in range(0, count, columns)]
  title = f"Decoder means of {count:,} prior samples"
  if count == 1:
    title = "Decoder mean of a prior sample"
  elif count < len(images):
    title += f" of {len(images):,}"
  mosaic = tiles.compose(rows, shown_images.scale_for(rgb, largest=largest))
  tiles.save(path, mosaic, title=title + note)


def plot_reconstructions(
  path, images, *, reconstructions, samples=None, at_most=20
):
  """Draws images, each above its reconstruction.

  Args:
    path: the PNG file to write.
    images: `[n, height, width]` or `[n, height, width, channels]`; see
      `shown_images.to_rgb_bytes`.
    reconstructions: their decoder means, likewise.
    samples: images drawn from p(x|z) at the same codes, likewise, for a third
      row; or None.
    at_most: number of images shown; further ones are left out.

  Raises:
    ValueError: the images have another shape, there are none, or the arrays
      differ in shape.
  """
  given = {"images": images, "reconstructions": reconstructions}
  names = ["image", "reconstruction"]
  title = "Images and the decoder means of their codes"
  if samples is not None:
    given["samples"] = samples
    names = ["image", "decoder mean", "sample"]
    title = "Images, decoder means of their codes, samples of p(x|z)"
  given = {name: each[:at_most] for name, each in given.items()}
  _check_alike(**given)
  count = len(given["images"])
  columns = max(1, min(count, _COLUMNS))
  rows_of_each = math.ceil(count / columns)
  largest = shown_images.largest_size(rows_of_each * len(given), columns)
  shown = [
    shown_images.to_rgb_bytes(name, each, largest=largest)
    for name, each in given.items()
  ]
  rows = [
    each.rgb[start : start + columns]
    for start in range(0, count, columns)
    for each in shown
  ]
  mosaic = tiles.compose(
    rows,
    shown_images.scale_for(rows[0], largest=largest),
    rows_in_group=len(shown),
  )
  labels = tiles.Labels(rows=names * rows_of_each)
  tiles.save(path, mosaic, title=title + shown[0].note, labels=labels)


def _check_alike(*, images, **others):
  """Raises unless all have the shape of the images, a last axis of 1 aside."""
  shape = _shape(images)
  for name, each in others.items():
    if _shape(each) != shape:
      raise ValueError(
        f"images and {name} must have one shape, found {shape} and"
        f" {_shape(each)}"
      )


def _shape(images):
  shape = np.shape(images)
  return shape[:-1] if len(shape) == 4 and shape[-1] == 1 else shape
