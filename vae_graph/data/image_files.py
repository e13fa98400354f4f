"""Decoding of PNG and JPEG files, one by one or as images of one shape."""

import contextlib

import numpy as np

from vae_graph.compat import tf
from vae_graph.data import dataset

# Luma of ITU-R BT.601, as most programs turn colors into gray.
_LUMA = np.array([0.299, 0.587, 0.114])


def decode_files(paths, size=None):
  """Decodes PNG and JPEG files, in a session of its own on the CPU.

  Args:
    paths: of the files.
    size: `(height, width)` to bring all images to by area averaging; None
      leaves them as they are.

  Yields:
    uint8 `[height, width, channels]`.

  Raises:
    DataError: a file is missing or damaged.
  """
  graph = tf.Graph()
  with graph.as_default():
    encoded = tf.placeholder(tf.string, [])
    # This op goes by the content and decodes PNG just as well. The exact method
    # gives the same pixels in every TensorFlow.
    decoded = tf.image.decode_jpeg(encoded, dct_method="INTEGER_ACCURATE")
    if size is not None:
      method = tf.image.ResizeMethod.AREA
      resized = tf.image.resize_images(decoded[tf.newaxis], size, method)
      decoded = tf.cast(tf.round(resized[0]), tf.uint8)
  # No GPU memory, and no say in the inter-op threads of later sessions.
  config = tf.ConfigProto(device_count={"GPU": 0}, use_per_session_threads=True)
  # Not entered: between two images the caller's session stays the default one.
  with contextlib.closing(tf.Session(graph=graph, config=config)) as session:
    for path in paths:
      try:
        with open(path, "rb") as file:
          image = session.run(decoded, {encoded: file.read()})
      except (OSError, tf.errors.InvalidArgumentError) as error:
        raise dataset.bad_data(
          path,
          "an image that cannot be read or decoded",
          "an intact PNG or JPEG image",
          "replace or remove the file",
        ) from error
      yield image


def load_files(paths, image_shape, resize=False):
  """Loads PNG and JPEG files as images of a given shape.

  Colors become gray, or gray three equal colors, as the shape asks for.

  Args:
    paths: of the files.
    image_shape: `(height, width)`, or `(height, width, channels)` with 1 or 3
      channels.
    resize: bring images of another size to that of `image_shape`, by area
      averaging, which stretches another ratio of height to width.

  Returns:
    uint8 `[n, *image_shape]`.

  Raises:
    DataError: a file is missing, damaged, has transparency or, without
      `resize`, another size; or files do not hold such images.
  """
  height, width, channels = (*image_shape, 1)[:3]
  images = np.empty((len(paths), height, width, channels), np.uint8)
  decoded = decode_files(paths, (height, width) if resize else None)
  for index, image in enumerate(decoded):
    images[index] = _fit(paths[index], image, images.shape[1:])
  return images.reshape((len(paths), *image_shape))


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
  return np.rint(image @ _LUMA).astype(np.uint8)[..., np.newaxis]
