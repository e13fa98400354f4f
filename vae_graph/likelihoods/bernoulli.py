"""Bernoulli pixels."""

import numpy as np

from vae_graph.compat import tf
from vae_graph.likelihoods.base import (
  Likelihood,
  split_parameters,
  sum_over_pixels,
)
from vae_graph.randomness import uniform

# Factors up to 2 in a product that must stay below 2^128, float32's largest.
_MAX_FACTORS = 120


class Bernoulli(Likelihood):
  """Independent Bernoulli pixels.

  With gray pixels `log_prob` is the usual cross-entropy, which is not the
  logarithm of a probability: say on which data a figure is.

  Args:
    parameters: logits, float32 `[batch, height, width, channels]`.
    image_shape: `(height, width)` or `(height, width, channels)`.
    model_config: a `ModelConfig`; not read.
  """

  def __init__(self, parameters, image_shape, model_config=None):
    super().__init__(parameters, image_shape, model_config)
    (self.logits,) = split_parameters(parameters, image_shape, 1)

  def _mean(self):
    """Returns the probability that a pixel is 1."""
    return tf.nn.sigmoid(self.logits)

  def _mode(self):
    """Returns the likelier value of each pixel, 0 or 1."""
    return tf.cast(self.logits > 0, tf.float32)

  def _sample(self, seed):
    """Draws images of 0 and 1; `seed` is an integer tensor `[2]`."""
    noise = uniform(tf.shape(self.logits), seed)
    return tf.cast(noise < self._mean(), tf.float32)

  def _log_prob(self, images):
    """Returns log p(x|z) in nats, `[batch]`.

    Equals x log(p) + (1 - x) log(1 - p) with p = sigmoid(logits), in a form
    that costs few passes over memory and is stable for any logit.
    """
    log_probs = images * self.logits - tf.nn.softplus(self.logits)
    return sum_over_pixels(log_probs, self._image_shape)

  def _log_prob_of_one(self, image):
    """Returns log p(x|z) of one image under each code, `[batch]`.

    Equals `log_prob`, at a third of what that costs, with

        softplus(l) = max(l, 0) + log(1 + exp(-|l|))

    and one logarithm for the product of many pixels' 1 + exp(-|l|). Not for
    training, where `log_prob` is better: the gradient of a product is slow, and
    those of the maximum and of |l| are wrong at a logit of 0.

    Args:
      image: float32 `[*image_shape]`.
    """
    num_pixels = int(np.prod(self._image_shape))
    logits = tf.reshape(self.logits, [-1, num_pixels])
    pixels = tf.reshape(image, [num_pixels, 1])
    group = max(n for n in range(1, _MAX_FACTORS + 1) if num_pixels % n == 0)
    factors = tf.reshape(1.0 + tf.exp(-tf.abs(logits)), [-1, group])
    logs = tf.log(tf.reduce_prod(factors, axis=-1))
    logs = tf.reshape(logs, [-1, num_pixels // group])
    # Sums over pixels as products with a vector, which are the quicker.
    return (
      tf.squeeze(tf.matmul(logits, pixels), axis=-1)
      - tf.squeeze(
        tf.matmul(tf.nn.relu(logits), tf.ones([num_pixels, 1])), axis=-1
      )
      - tf.reduce_sum(logs, axis=-1)
    )
