"""Decoding of PNG and JPEG files, one by one or as images of one shape."""

import io
import warnings

import numpy as np
from PIL import Image, UnidentifiedImageError

from vae_graph import files
from vae_graph.data import dataset

# Of a file; an image of as many pixels as Pillow takes has fewer.
_MOST_BYTES = 2**30
# Pixels of one byte, at most; PNG has eight to a byte.
_MOST_EXPANSION = 8 * files.MOST_EXPANSION

# Luma of ITU-R BT.601, as most programs turn colors into gray.
_LUMA = np.array([0.299, 0.587, 0.114])

# Pillow's modes without colors; "I" is what its older releases call "I;16".
_GRAY_MODES = ("1", "L", "LA", "I", "I;16")

_ORIENTATION = 0x0112  # The tag of EXIF.
# Along which axes to flip images of orientation 1 to 8 for them to be upright;
# from 5 on their axes are swapped before.
_FLIPS = ((), (1,), (0, 1), (0,), (), (1,), (0, 1), (0,))


def decode_files(paths, size=None):
  """Decodes PNG and JPEG files, upright as their EXIF data says.

  Args:
    paths: of the files.
    size: `(height, width)` to bring all images to by area averaging; None
      leaves them as they are.

  Yields:
    uint8 `[height, width, channels]`; of a PNG file with 16 bits a channel
    float32 in [0, 1].

  Raises:
    DataError: a file is missing or damaged.
  """
  for path in paths:
    try:
      content = files.read_file(path, most_bytes=_MOST_BYTES)
      with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Of an image too large, which may be a small file.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = _decode(content)
    # Pillow passes on whatever its parsers trip over, of nearly every kind.
    except Exception as error:
      raise dataset.bad_data(
        path,
        f"an image that cannot be read or decoded ({_reason(error)})",
        "an intact PNG or JPEG image",
        "replace or remove the file",
      ) from error
    yield image if size is None else _average_areas(image, size)


def _reason(error):
  """Returns why a file could not be read or decoded, on one line."""
  if isinstance(error, UnidentifiedImageError):
    return "it is not recognized as PNG or JPEG"
  text = getattr(error, "strerror", None) or str(error) or type(error).__name__
  return " ".join(text.split())


def _decode(content):
  """Returns the image that is the content of a file."""
  # Decoding passes over the checksums of a PNG.
  _open(content).verify()
  image = _open(content)
  pixels = _pixels(image, content)
  if pixels.ndim == 2:
    pixels = pixels[..., np.newaxis]
  orientation = _orientation(image)
  if orientation >= 5:
    pixels = pixels.swapaxes(0, 1)
  return np.flip(pixels, _FLIPS[orientation - 1])


def _open(content):
  image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
  # Before they are allocated.
  if image.width * image.height > len(content) * _MOST_EXPANSION:
    raise ValueError(
      f"{image.width} x {image.height} pixels in {len(content):,} bytes"
    )
  return image


def _pixels(image, content):
  """Returns the pixels as they are stored, `[height, width(, channels)]`."""
  is_gray = image.mode in _GRAY_MODES
  if "A" in image.getbands() or "transparency" in image.info:
    return np.asarray(image.convert("LA" if is_gray else "RGBA"))
  _, *where, raw_mode = image.tile[0]
  if raw_mode == "I;16B":
    return np.asarray(image).astype(np.float32) / np.float32(65535)
  if raw_mode == "RGB;16B":
    # Pillow keeps the high byte of each color. Told that the low one is first,
    # it keeps the other.
    low = _open(content)
    low.tile = [("zip", *where, "RGB;16L")]
    levels = np.asarray(image).astype(np.float32)
    levels *= 256
    levels += np.asarray(low)
    levels /= 65535
    return levels
  return np.asarray(image.convert("L" if is_gray else "RGB"))


def _orientation(image):
  """Returns the orientation that EXIF data tell, 1 where they are damaged."""
  try:
    found = image.getexif().get(_ORIENTATION)
  except Exception:  # As above; but here the pixels are intact.
    found = None
  return int(found) if found in range(1, 9) else 1


def _average_areas(image, size):
  """Brings an image to a size: each pixel is the mean of the area it covers."""
  height, width, _ = image.shape
  rows, columns = _overlaps(height, size[0]), _overlaps(width, size[1])
  channels = np.moveaxis(image, -1, 0).astype(np.float32, order="C")
  area = np.float32(height / size[0] * width / size[1])
  mean = np.moveaxis(rows @ channels @ columns.T / area, 0, -1)
  if image.dtype == np.uint8:
    return np.rint(mean).astype(np.uint8)
  return np.minimum(mean, np.float32(1))  # Lest rounding lead beyond it.


def _overlaps(old, new):
  """Returns how much of each old pixel each new one covers, `[new, old]`."""
  ends = np.arange(new + 1) * (old / new)
  starts = np.arange(old)
  lower = np.maximum(ends[:-1, np.newaxis], starts)
  upper = np.minimum(ends[1:, np.newaxis], starts + 1)
  return np.maximum(upper - lower, 0).astype(np.float32)


def load_files(paths, image_shape, *, resize=False):
  """Loads PNG and JPEG files as images of a given shape.

  Colors become gray, or gray three equal colors, as the shape asks for.

  Args:
    paths: of the files.
    image_shape: `(height, width)`, or `(height, width, channels)` with 1 or 3
      channels.
    resize: bring images of another size to that of `image_shape`, by area
      averaging, which stretches another ratio of height to width.

  Returns:
    `[n, *image_shape]`, uint8, or float32 in [0, 1] if a file has 16 bits a
    channel.

  Raises:
    DataError: a file is missing, damaged, has transparency or, without
      `resize`, another size; or files do not hold such images.
  """
  shape = (*image_shape, 1)[:3]
  decoded = decode_files(paths, shape[:2] if resize else None)
  fitting = (_fit(*each, shape) for each in zip(paths, decoded))
  return stack(fitting, len(paths)).reshape((len(paths), *image_shape))


def stack(images, count):
  """Returns images as one array, without a second copy of all of them.

  Args:
    images: iterable of so many arrays of one shape, uint8 or float32 in [0, 1].
    count: how many, at least 1.

  Returns:
    `[count, ...]`, float32 if one of them is.
  """
  stacked = None
  for index, image in enumerate(images):
    if stacked is None:
      stacked = np.empty((count,) + image.shape, image.dtype)
    if image.dtype != stacked.dtype:
      image, stacked = map(dataset.to_unit_interval, (image, stacked))
    stacked[index] = image
  return stacked


def describe(shape):
  """Returns a shape `(height, width, channels)` in the words of errors."""
  height, width, channels = shape
  return f"{width} x {height} pixels in {channels} channel(s)"


def check_channels(path, shape):
  """Checks that an image is gray or in colors.

  Raises:
    DataError: it has transparency, which the file's line says.
  """
  if shape[-1] not in (1, 3):
    raise dataset.bad_data(
      path,
      describe(shape),
      "1 channel (gray) or 3 (color)",
      "remove the transparency",
    )


def _fit(path, image, shape):
  """Returns an image in the shape `(height, width, channels)`."""
  check_channels(path, image.shape)
  if image.shape[:2] != shape[:2]:
    raise dataset.bad_data(
      path,
      "{1} x {0} pixels".format(*image.shape),
      "{1} x {0} pixels".format(*shape),
      "bring it to that size, or set --resize",
    )
  if shape[-1] == image.shape[-1]:
    return image
  if shape[-1] == 3:
    return np.repeat(image, 3, axis=-1)
  if shape[-1] != 1:
    raise dataset.bad_data(
      path,
      describe(image.shape),
      describe(shape),
      "give the images in a .npz file",
    )
  gray = (image @ _LUMA)[..., np.newaxis]
  if image.dtype == np.uint8:
    gray = np.rint(gray)
  return gray.astype(image.dtype)
