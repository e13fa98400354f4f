"""What every likelihood offers, and what they are made with."""

from typing import Any

from vae_graph import errors
from vae_graph.compat import tf


class Likelihood:
  """A distribution p(x|z) of images `[batch, *image_shape]`.

  A likelihood defines the underscored methods; each is called in a name scope
  of its public one.

  Args:
    parameters: the decoder's output, float32 `[batch, height, width, channels *
      parameters_per_pixel(model_config)]`.
    image_shape: `(height, width)` or `(height, width, channels)`.
    model_config: a `ModelConfig`.
  """

  def __init__(self, parameters, image_shape, model_config=None):
    del model_config  # For those that have settings.
    self._parameters = parameters
    self._image_shape = image_shape

  @staticmethod
  def parameters_per_pixel(model_config):
    """Returns how many numbers a pixel needs from the decoder: 1, here."""
    del model_config
    return 1

  def mean(self) -> tf.Tensor:
    """Returns the mean of each pixel, float32 `[batch, *image_shape]`."""
    with tf.name_scope("likelihood/mean"):
      return self._mean()

  def mode(self) -> tf.Tensor:
    """Returns the likeliest value of each pixel, of the same shape."""
    with tf.name_scope("likelihood/mode"):
      return self._mode()

  def sample(self, seed: Any) -> tf.Tensor:
    """Draws images, of the same shape, from an integer tensor `[2]`."""
    with tf.name_scope("likelihood/sample"):
      return self._sample(seed)

  def log_prob(self, images: tf.Tensor) -> tf.Tensor:
    """Returns log p(x|z) in nats, `[batch]`.

    Args:
      images: float32 `[batch, *image_shape]` in [0, 1].

    Raises:
      TensorError: `images` are integers.
    """
    _check_floats(images)
    with tf.name_scope("likelihood/log_prob"):
      return self._log_prob(images)

  def log_prob_of_one(self, image: tf.Tensor) -> tf.Tensor:
    """Returns log p(x|z) of one image under each of the batch's codes.

    For evaluation; nothing to take a gradient of.

    Args:
      image: float32 `[*image_shape]` in [0, 1].

    Returns:
      Nats, `[batch]`.
    """
    _check_floats(image)
    with tf.name_scope("likelihood/log_prob_of_one"):
      return self._log_prob_of_one(image)

  def _mean(self):
    raise self._missing("mean")

  def _mode(self):
    raise self._missing("mode")

  def _sample(self, seed):
    raise self._missing("sample")

  def _log_prob(self, images):
    raise self._missing("log_prob")

  def _log_prob_of_one(self, image):
    batch = tf.shape(self._parameters)[0]
    copies = [batch] + [1] * len(self._image_shape)
    return self.log_prob(tf.tile(image[tf.newaxis], copies))

  def _missing(self, what):
    return errors.UnsupportedError(
      f"likelihood {type(self).__name__} has no {what}; use one that has, such"
      " as bernoulli"
    )


def _check_floats(images):
  """Raises where images are integers, which would be cast and not scaled."""
  dtype = getattr(images, "dtype", None)
  if dtype is not None and not tf.as_dtype(dtype).is_floating:
    raise errors.TensorError(
      f"log_prob: images must be float32 in [0, 1], found"
      f" {tf.as_dtype(dtype).name}; pass vae_graph.pixels(images)"
    )


def split_parameters(parameters, image_shape, count):
  """Returns `count` tensors `[batch, *image_shape]` from a decoder's output."""
  return [
    tf.reshape(part, [-1, *image_shape])
    for part in tf.split(parameters, count, axis=-1)
  ]


def sum_over_pixels(values, image_shape):
  """Returns the sums over all axes of an image, `[batch]`."""
  return tf.reduce_sum(values, axis=list(range(1, 1 + len(image_shape))))
