"""Priors p(z) of the code.

A prior offers `sample(n, seed)`, float32 `[n, code_size]`, and `log_prob(code)`
in nats; a `distribution` where a posterior can have an analytic KL divergence
to it.
"""

from vae_graph.compat import tf, tfd
from vae_graph.randomness import normal


class StandardNormal:
  """Independent standard Gaussians.

  Args:
    config: a `ModelConfig`; reads `code_size`.
  """

  def __init__(self, config):
    self._code_size = config.code_size

  @property
  def distribution(self):
    """The prior as a TensorFlow Probability distribution."""
    zeros = tf.zeros([self._code_size])
    return tfd.Independent(
      tfd.Normal(zeros, tf.ones_like(zeros)), reinterpreted_batch_ndims=1
    )

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
    return self.distribution.log_prob(code)
