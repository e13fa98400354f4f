"""An encoder that gives the code itself, as a plain autoencoder's does."""

from vae_graph import layers
from vae_graph.compat import tf
from vae_graph.posteriors.base import Posterior


class Deterministic(Posterior):
  """A posterior with all its mass on one code, z = mean, and so no density.

  For objectives that need none, such as the MMD-VAE's.

  Args:
    features: float32 `[batch, n]`, the encoder's output.
    model_config: a `ModelConfig`; reads `code_size`.
  """

  def __init__(self, features, model_config):
    self.mean = layers.dense(features, model_config.code_size)

  def _sample_and_log_prob(self, seed, sample_shape):
    del seed  # There is nothing to draw.
    shape = tf.concat([sample_shape, tf.shape(self.mean)], axis=0)
    code = tf.broadcast_to(self.mean, shape)
    code.set_shape(list(sample_shape) + self.mean.shape.as_list())
    return code, None
