"""The mean-field posterior: a Gaussian with independent dimensions."""

from vae_graph import layers
from vae_graph.compat import tf, tfd
from vae_graph.posteriors.noise import standard_noise

SCALES = {"softplus": tf.nn.softplus, "exp": tf.exp}


class DiagonalNormal:
  """A Gaussian with independent dimensions, z = mean + stddev * noise.

  Args:
    features: float32 `[batch, n]`, the encoder's output.
    config: a `ModelConfig`; reads `code_size` and `posterior_scale`.

  References:
    Kingma and Welling, "Auto-Encoding Variational Bayes", ICLR 2014.
  """

  def __init__(self, features, config):
    to_scale = SCALES[config.posterior_scale]
    self.mean = layers.dense(features, config.code_size)
    self.stddev = layers.dense(features, config.code_size, to_scale)
    self._distribution = tfd.Independent(
      tfd.Normal(self.mean, self.stddev), reinterpreted_batch_ndims=1
    )

  def sample_and_log_prob(self, seed, sample_shape=()):
    """Draws codes and evaluates their log-density.

    Args:
      seed: integer tensor `[2]` or `BatchSeed`, see `randomness.step_seed`.
      sample_shape: leading dimensions to draw independently.

    Returns:
      codes float32 `[*sample_shape, batch, code_size]`, and log q(z|x) in nats
      `[*sample_shape, batch]`.
    """
    noise = standard_noise(self.mean, seed, sample_shape)
    code = self.mean + self.stddev * noise
    return code, self.log_prob(code)

  def log_prob(self, code):
    """Returns log q(z|x) in nats, for codes `[..., batch, code_size]`."""
    return self._distribution.log_prob(code)

  def kl_divergence_per_dimension(self, prior):
    """Returns the KL divergence's parts in nats, `[batch, code_size]`.

    Args:
      prior: one whose `marginals` are independent.
    """
    return tfd.kl_divergence(self._distribution.distribution, prior.marginals)

  def kl_divergence(self, prior):
    """Returns KL(q(z|x) || p(z)) in nats, `[batch]`.

    Args:
      prior: one whose `marginals` are independent.
    """
    return tf.reduce_sum(self.kl_divergence_per_dimension(prior), axis=-1)
