"""The standard normal prior."""

from vae_graph.compat import tf, tfd
from vae_graph.randomness import normal


class StandardNormal:
  """Independent standard Gaussians.

  Args:
    config: a `ModelConfig`; reads `code_size`.
    vae: the `VAE` that it is the prior of.
  """

  variables = ()

  def __init__(self, config, vae=None):
    del vae  # Part of the signature of priors.
    self._code_size = config.code_size

  @property
  def marginals(self):
    """The distributions of the dimensions, `[code_size]`."""
    zeros = tf.zeros([self._code_size])
    return tfd.Normal(zeros, tf.ones_like(zeros))

  def sample(self, n, seed):
    """Draws codes.

    Args:
      n: number of codes, an integer or scalar tensor.
      seed: integer tensor `[2]` or pair of integers.

    Returns:
      float32 `[n, code_size]`.
    """
    return normal([n, self._code_size], seed)

  def log_prob(self, code):
    """Returns log p(z) in nats, `[...]` for codes `[..., code_size]`."""
    return tf.reduce_sum(self.marginals.log_prob(code), axis=-1)
