"""The standard normal prior."""

from vae_graph.compat import tf, tfd
from vae_graph.priors.base import Prior
from vae_graph.randomness import normal


class StandardNormal(Prior):
  """Independent standard Gaussians.

  Args:
    model_config: a `ModelConfig`; reads `code_size`.
    vae: the `VAE` that it is the prior of.
  """

  def __init__(self, model_config, vae=None):
    del vae  # Part of the signature of priors.
    self._code_size = model_config.code_size

  @property
  def marginals(self):
    """The distributions of the dimensions, `[code_size]`."""
    zeros = tf.zeros([self._code_size])
    return tfd.Normal(zeros, tf.ones_like(zeros))

  def _sample(self, n, seed):
    return normal([n, self._code_size], seed)

  def _log_prob(self, code):
    return tf.reduce_sum(self.marginals.log_prob(code), axis=-1)
