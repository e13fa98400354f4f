"""Continuous Bernoulli pixels: a density on [0, 1] with Bernoulli's formula.

With the logit l of its parameter, the density is exp(l x) / c on [0, 1], or

    log p(x) = l x - softplus(l) + log(l / tanh(l / 2))

References:
  Loaiza-Ganem and Cunningham, "The Continuous Bernoulli: Fixing a Pervasive
  Error in Variational Autoencoders", NeurIPS 2019.
"""

import math

from vae_graph.compat import tf
from vae_graph.likelihoods.base import (
  Likelihood,
  split_parameters,
  sum_over_pixels,
)
from vae_graph.randomness import uniform

# Below it, series take the place of formulas that divide zero by zero.
_SMALL_LOGIT = 1e-2


class ContinuousBernoulli(Likelihood):
  """Independent gray pixels with a proper density.

  Args:
    parameters: logits, float32 `[batch, height, width, channels]`.
    image_shape: `(height, width)` or `(height, width, channels)`.
    model_config: a `ModelConfig`; not read.
  """

  def __init__(self, parameters, image_shape, model_config=None):
    super().__init__(parameters, image_shape, model_config)
    (self.logits,) = split_parameters(parameters, image_shape, 1)
    self._is_small = tf.abs(self.logits) < _SMALL_LOGIT
    # The branch of tf.where that is not taken must be finite all the same, or
    # its gradient is not.
    self._safe = tf.where(
      self._is_small, tf.ones_like(self.logits), self.logits
    )

  def _mean(self):
    """Returns E[x] of each pixel."""
    series = 0.5 + self.logits / 12.0
    exact = 0.5 + 0.5 / tf.tanh(self._safe / 2.0) - 1.0 / self._safe
    return tf.where(self._is_small, series, exact)

  def _mode(self):
    """Returns the likeliest value of each pixel, 0 or 1."""
    return tf.cast(self.logits > 0, tf.float32)

  def _sample(self, seed):
    """Draws images from a stateless seed, an integer tensor `[2]`."""
    noise = uniform(tf.shape(self.logits), seed)
    # By the inverse of the distribution function; for positive logits from the
    # other end, where the exponential cannot overflow.
    negative = -tf.abs(self._safe)
    drawn = tf.math.log1p(noise * tf.math.expm1(negative)) / negative
    drawn = tf.where(self._is_small, noise, drawn)
    return tf.where(self.logits > 0, 1.0 - drawn, drawn)

  def _log_prob(self, images):
    """Returns log p(x|z) in nats of density, `[batch]`."""
    series = math.log(2.0) + self.logits**2 / 12.0
    exact = tf.log(self._safe / tf.tanh(self._safe / 2.0))
    log_normalizer = tf.where(self._is_small, series, exact)
    log_probs = (
      images * self.logits - tf.nn.softplus(self.logits) + log_normalizer
    )
    return sum_over_pixels(log_probs, self._image_shape)
