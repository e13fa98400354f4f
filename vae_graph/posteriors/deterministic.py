"""An encoder that gives the code itself, as a plain autoencoder's does."""

from vae_graph import layers
from vae_graph.compat import tf


class Deterministic:
  """All mass on one code, z = mean, so that there is no density.

  For objectives that need none, such as the MMD-VAE's.

  Args:
    features: float32 `[batch, n]`, the encoder's output.
    config: a `ModelConfig`; reads `code_size`.
  """

  def __init__(self, features, config):
    self.mean = layers.dense(features, config.code_size)

  def sample_and_log_prob(self, seed, sample_shape=()):
    """Returns the code of each image, and None for its log-density.

    Args:
      seed: not read.
      sample_shape: leading dimensions over which to repeat the codes.
    """
    del seed
    shape = tf.concat([sample_shape, tf.shape(self.mean)], axis=0)
    code = tf.broadcast_to(self.mean, shape)
    code.set_shape(list(sample_shape) + self.mean.shape.as_list())
    return code, None
