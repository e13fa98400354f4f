"""Gaussian pixels."""

import math

from vae_graph.compat import tf
from vae_graph.likelihoods.base import (
  Likelihood,
  split_parameters,
  sum_over_pixels,
)
from vae_graph.randomness import normal

# One gray level of a byte. Without a floor, a pixel that never changes drives
# its density, and with it the ELBO, to infinity.
_MIN_STDDEV = 1.0 / 255.0


class Gaussian(Likelihood):
  """Independent Gaussian pixels with means in (0, 1).

  The standard deviation of each pixel is learned, at least 1/255, or fixed by
  `likelihood_stddev`.

  Args:
    parameters: float32 `[batch, height, width, channels * n]`: the means before
      a sigmoid and, where they are learned, the scales before a softplus.
    image_shape: `(height, width)` or `(height, width, channels)`.
    model_config: a `ModelConfig`; reads `likelihood_stddev`.

  References:
    Kingma and Welling, "Auto-Encoding Variational Bayes", ICLR 2014, appendix
    C.2.
  """

  def __init__(self, parameters, image_shape, model_config):
    super().__init__(parameters, image_shape, model_config)
    count = self.parameters_per_pixel(model_config)
    parts = split_parameters(parameters, image_shape, count)
    self._means = tf.nn.sigmoid(parts[0])
    if count == 1:
      self.stddev = tf.fill(tf.shape(parts[0]), model_config.likelihood_stddev)
    else:
      self.stddev = tf.nn.softplus(parts[1]) + _MIN_STDDEV

  @staticmethod
  def parameters_per_pixel(model_config):
    """Returns 2, or 1 where the standard deviation is fixed."""
    return 1 if model_config.likelihood_stddev else 2

  def _mean(self):
    """Returns the mean of each pixel."""
    return self._means

  def _mode(self):
    """Returns the likeliest value of each pixel: its mean."""
    return self._means

  def _sample(self, seed):
    """Draws images, clipped to [0, 1]; `seed` is an integer tensor `[2]`."""
    noise = normal(tf.shape(self._means), seed)
    return tf.clip_by_value(self._means + self.stddev * noise, 0.0, 1.0)

  def _log_prob(self, images):
    """Returns log p(x|z) in nats of density, `[batch]`."""
    standard = (images - self._means) / self.stddev
    log_probs = -0.5 * (standard**2 + math.log(2 * math.pi)) - tf.log(
      self.stddev
    )
    return sum_over_pixels(log_probs, self._image_shape)
