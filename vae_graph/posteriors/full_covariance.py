"""A Gaussian posterior with full covariance."""

from vae_graph import layers
from vae_graph.compat import fill_triangular, tf, tfd
from vae_graph.posteriors.base import Posterior
from vae_graph.posteriors.diagonal import SCALES
from vae_graph.posteriors.noise import standard_log_prob, standard_noise

# Keeps the Cholesky factor invertible.
_MIN_DIAGONAL = 1e-5


class FullCovarianceNormal(Posterior):
  """A Gaussian z = mean + L noise, with a lower-triangular L.

  One dense layer gives `code_size` means and the `code_size * (code_size + 1) /
  2` entries of L, whose diagonal is made positive by `posterior_scale`.

  Args:
    features: float32 `[batch, n]`, the encoder's output.
    model_config: a `ModelConfig`; reads `code_size` and `posterior_scale`.

  References:
    TensorFlow Probability team, "Variational Autoencoders with TFP Layers",
    2019.
  """

  def __init__(self, features, model_config):
    size = model_config.code_size
    entries = size * (size + 1) // 2
    parameters = layers.dense(features, size + entries)
    self.mean, raw = tf.split(parameters, [size, entries], axis=-1)
    raw = fill_triangular(raw)
    diagonal = SCALES[model_config.posterior_scale](tf.linalg.diag_part(raw))
    self._diagonal = diagonal + _MIN_DIAGONAL
    self._factor = tf.linalg.set_diag(raw, self._diagonal)
    self.stddev = tf.sqrt(tf.reduce_sum(self._factor**2, axis=-1))

  def _sample_and_log_prob(self, seed, sample_shape):
    noise = standard_noise(self.mean, seed, sample_shape=sample_shape)
    moved = tf.matmul(self._factor, noise[..., tf.newaxis])
    code = self.mean + tf.squeeze(moved, axis=-1)
    return code, standard_log_prob(noise) - self._log_determinant()

  def _log_prob(self, code):
    distribution = tfd.MultivariateNormalTriL(self.mean, self._factor)
    return distribution.log_prob(code)

  def _kl_divergence(self, prior):
    del prior  # The standard normal one, for which alone there is this form.
    squares = tf.reduce_sum(self.stddev**2 + self.mean**2 - 1.0, axis=-1)
    return 0.5 * squares - self._log_determinant()

  def _log_determinant(self):
    return tf.reduce_sum(tf.log(self._diagonal), axis=-1)
