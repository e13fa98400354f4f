"""Arrays of pixels: what they stand for, and which are refused."""

import numpy as np

from vae_graph import errors

# The scale from bytes to [0, 1]. A product, not a quotient, because TensorFlow
# may rewrite a division by a constant, and a fed batch must equal the same one
# gathered in the graph, bit for bit.
PIXEL_SCALE = np.float32(1 / 255)

# Floats may be beyond [0, 1] by that many of their last places.
_ROUNDING = 8


def to_unit_interval(images):
  """Returns `images` as float32 in [0, 1], scaled if they are uint8."""
  if images.dtype == np.uint8:
    return images.astype(np.float32) * PIXEL_SCALE
  return images


def to_standard(images, name, *, white_level=0):
  """Returns pixels of any type as uint8 or float32.

  Args:
    images: array of any shape: bool; uint8; other integers, whose white is
      `white_level`; floats in [0, 1], which may be beyond by rounding.
    name: the file or data set, for error messages.
    white_level: what is white in integers other than uint8; 0 for 65,535 of
      uint16 and 255 of all others. None is 0 where no flag could say so.

  Returns:
    uint8 in [0, 255] of bytes, bool (0 and 255) and integers whose white is
    255, else float32 in [0, 1]. The array itself where it is such already.

  Raises:
    DataError: the type is another, or pixels are out of range.
  """
  if images.dtype == np.bool_:
    return images * np.uint8(255)
  if images.dtype == np.uint8:
    return images
  if images.dtype.kind in "iu":
    return _from_integers(images, name, white_level)
  if images.dtype.kind == "f":
    return _from_floats(images, name)
  raise bad_data(
    name,
    f"pixels of type {images.dtype}",
    "integers, bool, or floats in [0, 1]",
    "convert them",
  )


def _from_integers(images, name, white_level):
  is_16_bits = images.dtype.kind == "u" and images.dtype.itemsize == 2
  white = white_level or (65535 if is_16_bits else 255)
  low, high = images.min(), images.max()
  if low < 0 or high > white:
    raise bad_data(
      name,
      f"pixels from {low} to {high} of type {images.dtype}",
      f"0 to {white}",
      "scale them to floats in [0, 1]"
      if white_level is None
      else "scale them, or set --white_level, the level that is white",
    )
  if white == 255:
    return images.astype(np.uint8)
  levels = images.astype(np.float32)
  levels /= np.float32(white)
  # Lest rounding lead beyond it.
  return np.minimum(levels, np.float32(1), out=levels)


def _from_floats(images, name):
  with np.errstate(invalid="ignore"):  # Some releases warn of NaN; we raise.
    low, high = images.min(), images.max()
  precise = np.promote_types(np.float32, images.dtype) == images.dtype
  last_place = np.finfo(np.float32 if precise else images.dtype).eps
  tolerance = _ROUNDING * float(last_place)
  if np.isnan(low):
    found = "pixels that are NaN"
  elif low < -tolerance or high > 1 + tolerance:
    found = f"pixels from {low} to {high}"
  elif low < 0 or high > 1:
    return np.clip(images, 0, 1).astype(np.float32, copy=False)
  else:
    return images.astype(np.float32, copy=False)
  raise bad_data(
    name,
    found,
    "finite floats in [0, 1]",
    "clean and scale them, or store uint8 in [0, 255]",
  )


def bad_data(where, found, expected, remedy):
  """Returns a `DataError` of one line with all that a user needs to know.

  Args:
    where: the file or data set.
    found: what it holds.
    expected: what it should hold.
    remedy: what to do.
  """
  return errors.DataError(
    f"{where}: found {found}, expected {expected}; {remedy}"
  )
