"""What a trained model is given: images and codes, checked."""

import numpy as np

from vae_graph.data import axes
from vae_graph.data.dataset import Split, check_split
from vae_graph.data.pixels import bad_data


def check_images(images, image_shape, *, white_level=0):
  """Returns images as uint8 or float32 `[n, *image_shape]`.

  Args:
    images: what a caller takes for such.
    image_shape: `(height, width)` or `(height, width, channels)`.
    white_level: what is white in integers other than uint8, see `DataConfig`.

  Raises:
    DataError: these are no images, or of another shape.
  """
  images = np.asarray(images)
  if images.shape[1:] != image_shape:
    raise bad_data(
      "images",
      f"shape {images.shape}",
      f"(n, {', '.join(map(str, image_shape))})",
      axes.mend(images.shape, image_shape)
      or "reshape them, or choose the run that was trained on such images",
    )
  split = check_split(Split(images, None), "images", white_level=white_level)
  return split.images


def check_codes(codes, code_size):
  """Returns codes as float32 `[n, code_size]`.

  Args:
    codes: what a caller takes for such.
    code_size: the model's.

  Raises:
    DataError: these are no codes, or of another size.
  """
  codes = np.asarray(codes)
  if codes.dtype.kind not in "fiu":
    found = f"type {codes.dtype}"
  elif codes.ndim != 2 or codes.shape[1] != code_size:
    found = f"shape {codes.shape}"
  elif not np.isfinite(codes).all():
    found = "NaN or infinity"
  else:
    return codes.astype(np.float32)
  raise bad_data(
    "codes", found, f"finite floats of shape (n, {code_size})", "mend them"
  )
