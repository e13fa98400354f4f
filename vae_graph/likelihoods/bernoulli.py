"""Bernoulli pixels."""

from vae_graph.compat import tf
from vae_graph.likelihoods import split_parameters, sum_over_pixels
from vae_graph.randomness import uniform


class Bernoulli:
  """Independent Bernoulli pixels.

  With grey pixels `log_prob` is the usual cross-entropy, which is not the
  logarithm of a probability: say on which data a figure is.

  Args:
    parameters: logits, float32 `[batch, height, width, channels]`.
    image_shape: `(height, width)` or `(height, width, channels)`.
    config: a `ModelConfig`; not read.
  """

  def __init__(self, parameters, image_shape, config=None):
    del config  # Part of the signature of likelihoods.
    self._image_shape = image_shape
    (self.logits,) = split_parameters(parameters, image_shape, 1)

  @staticmethod
  def parameters_per_pixel(config):
    """Returns 1: the logit."""
    del config
    return 1

  def mean(self):
    """Returns the probability that a pixel is 1."""
    return tf.nn.sigmoid(self.logits)

  def mode(self):
    """Returns the likelier value of each pixel, 0 or 1."""
    return tf.cast(self.logits > 0, tf.float32)

  def sample(self, seed):
    """Draws images of 0 and 1; `seed` is an integer tensor `[2]`."""
    noise = uniform(tf.shape(self.logits), seed)
    return tf.cast(noise < self.mean(), tf.float32)

  def log_prob(self, images):
    """Returns log p(x|z) in nats, `[batch]`.

    Equals x log(p) + (1 - x) log(1 - p) with p = sigmoid(logits), in a form
    that costs few passes over memory and is stable for any logit.
    """
    log_probs = images * self.logits - tf.nn.softplus(self.logits)
    return sum_over_pixels(log_probs, self._image_shape)
