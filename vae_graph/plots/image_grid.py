"""Grids of images: samples of the model, and images with reconstructions."""

import math

from vae_graph.plots import tiles

_COLUMNS = 10


def plot_samples(path, images):
  """Draws images in a grid: decoder means of samples from the prior.

  Args:
    path: the PNG file to write.
    images: `[n, height, width]` or `[n, height, width, channels]` with 1 or 3
      channels; floats, of which [0, 1] is shown and NaN is black, or uint8.

  Raises:
    ValueError: the images have another shape, or there are none.
  """
  images = tiles.to_rgb_bytes("images", images)
  count = len(images)
  columns = _COLUMNS
  if count % _COLUMNS:
    columns = math.ceil(math.sqrt(count))
  rows = [images[i : i + columns] for i in range(0, count, columns)]
  title = f"Decoder means of {count:,} prior samples"
  if count == 1:
    title = "Decoder mean of a prior sample"
  tiles.save(path, tiles.compose(rows, tiles.scale_for(images)), title=title)


def plot_reconstructions(
  path, images, *, reconstructions, samples=None, at_most=20
):
  """Draws images, each above its reconstruction.

  Args:
    path: the PNG file to write.
    images: `[n, height, width]` or `[n, height, width, channels]` with 1 or 3
      channels; floats, of which [0, 1] is shown and NaN is black, or uint8.
    reconstructions: their decoder means, likewise.
    samples: images drawn from p(x|z) at the same codes, likewise, for a third
      row; or None.
    at_most: number of images shown; further ones are left out.

  Raises:
    ValueError: the images have another shape, there are none, or the arrays
      differ in shape.
  """
  shown = {"image": _checked("images", images[:at_most])}
  mean = "reconstruction" if samples is None else "decoder mean"
  shown[mean] = _checked(
    "reconstructions", reconstructions[:at_most], shown["image"]
  )
  title = "Images and the decoder means of their codes"
  if samples is not None:
    shown["sample"] = _checked("samples", samples[:at_most], shown["image"])
    title = "Images, decoder means of their codes, samples of p(x|z)"
  rows, labels = [], []
  for start in range(0, len(shown["image"]), _COLUMNS):
    rows += [images[start : start + _COLUMNS] for images in shown.values()]
    labels += list(shown)
  mosaic = tiles.compose(
    rows, tiles.scale_for(rows[0]), rows_in_group=len(shown)
  )
  tiles.save(path, mosaic, title=title, labels=tiles.Labels(rows=labels))


def _checked(name, images, like=None):
  """Returns images as RGB bytes, of the shape of those they belong to."""
  images = tiles.to_rgb_bytes(name, images)
  if like is not None and images.shape != like.shape:
    raise ValueError(
      f"images and {name} must have one shape, found"
      f" {like.shape[:-1]} and {images.shape[:-1]}"
    )
  return images
