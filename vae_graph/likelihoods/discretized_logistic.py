"""Logistic pixels, rounded to the 256 values of a byte.

A pixel's 256 values share the probability of a logistic distribution: each has
that of the interval of width 1/255 around it, the lowest and the highest all
that lies beyond. With a and b the standardized ends of the interval,

    log(sigmoid(a) - sigmoid(b))
      = log_sigmoid(a) + log_sigmoid(-b) + log(1 - exp(b - a))

References:
  Kingma et al., "Improving Variational Inference with Inverse Autoregressive
  Flow", NeurIPS 2016, appendix.
  Salimans et al., "PixelCNN++", ICLR 2017.
"""

from vae_graph.compat import tf
from vae_graph.likelihoods.base import (
  Likelihood,
  split_parameters,
  sum_over_pixels,
)
from vae_graph.randomness import uniform

_HALF_LEVEL = 0.5 / 255.0
_MIN_LOG_SCALE = -7.0


class DiscretizedLogistic(Likelihood):
  """Independent pixels with the values 0, 1/255, ..., 1.

  Args:
    parameters: float32 `[batch, height, width, channels * 2]`: locations minus
      1/2, and log-scales (at least -7).
    image_shape: `(height, width)` or `(height, width, channels)`.
    model_config: a `ModelConfig`; not read.
  """

  def __init__(self, parameters, image_shape, model_config=None):
    super().__init__(parameters, image_shape, model_config)
    location, log_scale = split_parameters(parameters, image_shape, 2)
    self.location = location + 0.5
    self.log_scale = tf.maximum(log_scale, _MIN_LOG_SCALE)

  @staticmethod
  def parameters_per_pixel(model_config):
    """Returns 2: location and log-scale."""
    del model_config
    return 2

  def _mean(self):
    """Returns the location in [0, 1], which stands for the mean.

    The exact mean would be a sum over 256 values of each pixel.
    """
    return tf.clip_by_value(self.location, 0.0, 1.0)

  def _mode(self):
    """Returns the value whose interval the location is in."""
    return tf.round(self._mean() * 255.0) / 255.0

  def _sample(self, seed):
    """Draws images; `seed` is an integer tensor `[2]`."""
    noise = uniform(tf.shape(self.location), seed)
    noise = tf.clip_by_value(noise, 1e-7, 1.0 - 1e-7)
    logistic = tf.log(noise) - tf.math.log1p(-noise)
    values = self.location + tf.exp(self.log_scale) * logistic
    return tf.round(tf.clip_by_value(values, 0.0, 1.0) * 255.0) / 255.0

  def _log_prob(self, images):
    """Returns log p(x|z) in nats, `[batch]`, for images of such values."""
    inverse_scale = tf.exp(-self.log_scale)
    centered = images - self.location
    above = tf.log_sigmoid(inverse_scale * (centered + _HALF_LEVEL))
    below = tf.log_sigmoid(-inverse_scale * (centered - _HALF_LEVEL))
    width = tf.log(-tf.math.expm1(-inverse_scale * 2.0 * _HALF_LEVEL))
    # Between the levels, so that rounding cannot move a pixel off its end.
    log_probs = tf.where(
      images < _HALF_LEVEL,
      above,
      tf.where(images > 1.0 - _HALF_LEVEL, below, above + below + width),
    )
    return sum_over_pixels(log_probs, self._image_shape)
