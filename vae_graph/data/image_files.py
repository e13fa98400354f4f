"""Image files as arrays, one by one or as images of one shape."""

import numpy as np

from vae_graph import errors, files
from vae_graph.data import image_decoding, pixels
from vae_graph.data.area_averaging import average_areas
from vae_graph.data.pixels import bad_data

# Of a file; an image of as many pixels as Pillow takes has fewer.
_MOST_BYTES = 2**30

# Luma of ITU-R BT.601, as most programs turn colors into gray.
_LUMA = np.array([0.299, 0.587, 0.114])


def decode_files(paths, size=None, *, background="", white_level=0):
  """Decodes image files, upright as their EXIF data says.

  Args:
    paths: of the files.
    size: `(height, width)` to bring all images to by area averaging; None
      leaves them as they are.
    background: color by name or as `#rrggbb`, on which transparent images are
      put; empty to refuse them.
    white_level: what is white where there are more than 8 bits; 0 for all bits.

  Yields:
    uint8 `[height, width, 1 or 3]`; of a file of more than 8 bits a channel
    float32 in [0, 1].

  Raises:
    ConfigError: `background` is no color.
    DataError: a file is missing, damaged, of a kind that is not taken, or has
      transparency.
  """
  color = image_decoding.parse_color(background)
  for path in paths:
    try:
      content = files.read_file(path, most_bytes=_MOST_BYTES)
      image = image_decoding.decode(
        content, name=path, background=color, white_level=white_level
      )
    except errors.DataError:
      raise
    # Pillow passes on whatever its parsers trip over, of nearly every kind.
    except Exception as error:
      raise bad_data(
        path,
        "an image that cannot be read or decoded"
        f" ({image_decoding.reason(error)})",
        "an intact PNG, JPEG, WebP, BMP, TIFF or GIF image",
        "replace or remove the file",
      ) from error
    if image.shape[-1] not in (1, 3):
      raise bad_data(
        path,
        describe(image.shape),
        "1 channel (gray) or 3 (color)",
        "remove the transparency, or set --background=COLOR to put it on one",
      )
    yield image if size is None else average_areas(image, size)


def load_files(paths, image_shape, *, resize=False, **settings):
  """Loads image files as images of a given shape.

  Colors become gray, or gray three equal colors, as the shape asks for.

  Args:
    paths: of the files.
    image_shape: `(height, width)`, or `(height, width, channels)` with 1 or 3
      channels.
    resize: bring images of another size to that of `image_shape`, by area
      averaging, which stretches another ratio of height to width.
    **settings: `background` and `white_level`, see `decode_files`.

  Returns:
    `[n, *image_shape]`, uint8, or float32 in [0, 1] if a file has more than 8
    bits a channel.

  Raises:
    ConfigError: `background` is no color.
    DataError: a file is missing, damaged, has transparency or, without
      `resize`, another size; or files do not hold such images.
  """
  shape = (*image_shape, 1)[:3]
  decoded = decode_files(paths, shape[:2] if resize else None, **settings)
  fitting = (_fit(*each, shape) for each in zip(paths, decoded))
  return stack(fitting, len(paths)).reshape((len(paths), *image_shape))


def stack(images, count):
  """Returns images as one array, without a second copy of all of them.

  Args:
    images: iterable of so many arrays `[height, width, channels]` of one size,
      uint8 or float32 in [0, 1]. Gray ones become three equal colors if one is
      in color.
    count: how many, at least 1.

  Returns:
    `[count, height, width, channels]`, float32 if one of them is.
  """
  stacked = None
  for index, image in enumerate(images):
    if stacked is None:
      stacked = np.empty((count,) + image.shape, image.dtype)
    if image.dtype != stacked.dtype:
      image, stacked = map(pixels.to_unit_interval, (image, stacked))
    if image.shape[-1] > stacked.shape[-1]:
      stacked = np.repeat(stacked, image.shape[-1], axis=-1)
    stacked[index] = image
  return stacked


def describe(shape):
  """Returns a shape `(height, width, channels)` in the words of errors."""
  height, width, channels = shape
  return f"{width} x {height} pixels in {channels} channel(s)"


def _fit(path, image, shape):
  """Returns an image in the shape `(height, width, channels)`."""
  if image.shape[:2] != shape[:2]:
    raise bad_data(
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
    raise bad_data(
      path,
      describe(image.shape),
      describe(shape),
      "give the images in a .npz file",
    )
  gray = (image @ _LUMA)[..., np.newaxis]
  if image.dtype == np.uint8:
    gray = np.rint(gray)
  return gray.astype(image.dtype)
