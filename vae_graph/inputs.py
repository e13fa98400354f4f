"""What a model is given in a graph: tensors and arrays, checked or scaled."""

from typing import Any

import numpy as np

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.data.pixels import PIXEL_SCALE


def pixels(images: Any) -> Any:
  """Images as a VAE takes them: float32 in [0, 1].

  The scaled ones have the bits of those that the data sets here are scaled to,
  as a tensor and as an array.

  Args:
    images: uint8 of 0 to 255, bool, or float32 in [0, 1], which is returned as
      it is; a tensor or a NumPy array, of any shape.

  Returns:
    float32, a tensor for a tensor and an array for an array.

  Raises:
    TensorError: `images` are of another dtype.
  """
  if not tf.is_tensor(images):
    images = np.asarray(images)
  dtype = tf.as_dtype(images.dtype).base_dtype
  if dtype not in (tf.uint8, tf.bool, tf.float32):
    raise errors.TensorError(
      f"pixels: images must be uint8, bool or float32, found {dtype.name} in"
      f" {getattr(images, 'name', 'an array')}; cast those of 0 to 255 to"
      " uint8, those in [0, 1] to float32"
    )
  if dtype == tf.float32:
    return images
  scale = PIXEL_SCALE if dtype == tf.uint8 else np.float32(1)
  if not tf.is_tensor(images):
    return images.astype(np.float32) * scale
  with tf.name_scope("pixels"):
    return tf.cast(images, tf.float32) * scale


def checked_values(images, *, op):
  """Images whose run raises where a value is outside of [0, 1], or NaN.

  Args:
    images: float32 tensor of any shape.
    op: name of what takes them, for the message.

  Returns:
    The tensor. Its run raises an `InvalidArgumentError` that names the least
    and the largest value and how many are NaN. XLA leaves the check out.
  """
  with tf.name_scope("assert_values"):
    right = tf.reduce_all((images >= 0) & (images <= 1))
    is_nan = tf.is_nan(images)
    infinity = tf.fill(tf.shape(images), np.float32(np.inf))
    message = [
      f"{op}: images must be in [0, 1], found values from",
      tf.reduce_min(tf.where(is_nan, infinity, images)),
      "to",
      tf.reduce_max(tf.where(is_nan, -infinity, images)),
      "and NaN in",
      tf.reduce_sum(tf.cast(is_nan, tf.int64)),
      "pixels; scale those of 0 to 255 by vae_graph.pixels(images), as uint8",
    ]
    with tf.control_dependencies([tf.Assert(right, message)]):
      return tf.identity(images)


def checked_tensor(value, shape, *, what, integer_remedy, shape_remedy):
  """A float32 tensor `[batch, *shape]`, of what was given for one.

  Args:
    value: a tensor, an array, or what TensorFlow makes a tensor of.
    shape: that of one example, integers.
    what: what it is, for the message.
    integer_remedy: the way out where the dtype is that of integers.
    shape_remedy: the way out where the shape is another.
  """
  is_array = not tf.is_tensor(value)
  if is_array:
    value = np.asarray(value)
  dtype = tf.as_dtype(value.dtype).base_dtype
  found = tf.TensorShape(value.shape)
  # Arrays are float64 by NumPy's habit alone.
  right_dtype = dtype.is_floating if is_array else dtype == tf.float32
  must_be = f"{what} must be float32 {_shown(['batch', *shape])}, found"
  if not (right_dtype and found.is_compatible_with([None, *shape])):
    remedy = shape_remedy
    if not right_dtype:
      remedy = "pass it through tf.cast(..., tf.float32)"
    if dtype.is_integer or dtype.is_bool:
      remedy = integer_remedy
    raise errors.TensorError(
      f"{must_be} {dtype.name}"
      f" {'?' if found.ndims is None else _shown(found.as_list())} in"
      f" {getattr(value, 'name', 'an array')}; {remedy}"
    )
  tensor = tf.convert_to_tensor(value, tf.float32)
  if not found[1:].is_fully_defined():
    message = [must_be, tf.shape(tensor), shape_remedy]
    with tf.control_dependencies([_assert_shape(tensor, shape, message)]):
      tensor = tf.identity(tensor)
    tensor.set_shape([None, *shape])
  return tensor


def _assert_shape(tensor, shape, message):
  """An op that fails by a message where a tensor is not `[batch, *shape]`."""
  with tf.name_scope("assert_shape"):
    # A rank that is too small leaves -1 where a size should be, one that is too
    # large a size where -1 should be.
    end = len(shape) + 1
    sizes = tf.concat([tf.shape(tensor)[1:], [-1] * end], axis=0)[:end]
    right = tf.reduce_all(tf.equal(sizes, [*shape, -1]))
    return tf.Assert(right, message, summarize=10)


def _shown(shape):
  return f"[{', '.join(map(str, shape))}]"
