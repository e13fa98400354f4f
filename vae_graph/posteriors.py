"""Approximate posteriors q(z|x).

A posterior is made from the encoder's features, inside the encoder's template,
so that the variables of its head carry on the encoder's names. It offers

    mean, stddev                               float32 [batch, code_size]
    sample_and_log_prob(seed, sample_shape=()) float32 [..., batch, code_size],
                                               nats    [..., batch]
    kl_divergence(prior)                       nats    [batch]

`kl_divergence` exists where there is a closed form. Noise is drawn from a
stateless seed and pushed through the distribution, because the `sample` of
older TensorFlow Probability knows no stateless seeds.
"""

from vae_graph import layers
from vae_graph.compat import tf, tfd
from vae_graph.randomness import normal

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
    self.distribution = tfd.Independent(
      tfd.Normal(self.mean, self.stddev), reinterpreted_batch_ndims=1
    )

  def sample_and_log_prob(self, seed, sample_shape=()):
    """Draws codes and evaluates their log-density.

    Args:
      seed: integer tensor `[2]`, see `randomness.step_seed`.
      sample_shape: leading dimensions to draw independently.

    Returns:
      codes float32 `[*sample_shape, batch, code_size]`, and log q(z|x) in nats
      `[*sample_shape, batch]`.
    """
    shape = tf.concat([sample_shape, tf.shape(self.mean)], axis=0)
    noise = normal(shape, seed, batch_axis=len(sample_shape))
    noise.set_shape(list(sample_shape) + self.mean.shape.as_list())
    code = self.mean + self.stddev * noise
    return code, self.distribution.log_prob(code)

  def kl_divergence(self, prior):
    """Returns KL(q(z|x) || p(z)) in nats, `[batch]`.

    Args:
      prior: one whose `distribution` has a closed form with this one.
    """
    return tfd.kl_divergence(self.distribution, prior.distribution)
