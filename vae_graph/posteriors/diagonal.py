"""The mean-field posterior: a Gaussian with independent dimensions."""

from vae_graph import layers
from vae_graph.compat import tf, tfd
from vae_graph.posteriors.base import Posterior
from vae_graph.posteriors.noise import standard_noise

SCALES = {"softplus": tf.nn.softplus, "exp": tf.exp}


class DiagonalNormal(Posterior):
  """A Gaussian with independent dimensions, z = mean + stddev * noise.

  Args:
    features: float32 `[batch, n]`, the encoder's output.
    model_config: a `ModelConfig`; reads `code_size` and `posterior_scale`.

  References:
    Kingma and Welling, "Auto-Encoding Variational Bayes", ICLR 2014.
  """

  def __init__(self, features, model_config):
    to_scale = SCALES[model_config.posterior_scale]
    size = model_config.code_size
    self.mean = layers.dense(features, size)
    raw_stddev = layers.dense(features, size)
    self.stddev = layers.positive_scale(raw_stddev, to_scale)
    self._distribution = tfd.Independent(
      tfd.Normal(self.mean, self.stddev), reinterpreted_batch_ndims=1
    )

  def _sample_and_log_prob(self, seed, sample_shape):
    noise = standard_noise(self.mean, seed, sample_shape=sample_shape)
    code = self.mean + self.stddev * noise
    return code, self._log_prob(code)

  def _log_prob(self, code):
    return self._distribution.log_prob(code)

  def _kl_divergence_per_dimension(self, prior):
    return tfd.kl_divergence(self._distribution.distribution, prior.marginals)
