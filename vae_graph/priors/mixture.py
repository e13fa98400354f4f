"""A learned mixture of Gaussians as prior."""

import numpy as np

from vae_graph.compat import tf, tfd
from vae_graph.initializers import standard_normal
from vae_graph.layers import positive_scale, variable
from vae_graph.priors.base import Prior
from vae_graph.randomness import fold_in, normal, uniform


class MixtureOfNormals(Prior):
  """Gaussians with learned weights, means and independent scales.

  Its variables, under `prior`, are `logits` `[k]`, `means` and `raw_scales`
  `[k, code_size]`, with k = `prior_components`. It begins with equal weights,
  means drawn from a standard Gaussian and scales of one.

  Args:
    model_config: a `ModelConfig`; reads `code_size` and `prior_components`.
    vae: the `VAE` that it is the prior of.
  """

  def __init__(self, model_config, vae=None):
    del vae  # Part of the signature of priors.
    shape = [model_config.prior_components, model_config.code_size]
    with tf.variable_scope(None, default_name="prior"):
      logits = variable("logits", shape[:1], initializer=tf.zeros_initializer())
      means = variable("means", shape, initializer=standard_normal("means"))
      # softplus(log(e - 1)) = 1
      raw_one = tf.constant_initializer(np.log(np.expm1(1.0)))
      raw_scales = variable("raw_scales", shape, initializer=raw_one)
    self.variables = (logits, means, raw_scales)

  def _sample(self, n, seed):
    logits, means, raw_scales = self.variables
    # The largest of the logits with Gumbel noise is a draw from the categories.
    shape = [n, int(logits.shape[0])]
    noise = uniform(shape, fold_in(seed, "component"))
    gumbel = -tf.log(-tf.log(noise + 1e-20) + 1e-20)
    chosen = tf.argmax(logits + gumbel, axis=-1)
    noise = normal([n, int(means.shape[-1])], seed)
    scales = positive_scale(tf.gather(raw_scales, chosen))
    return tf.gather(means, chosen) + scales * noise

  def _log_prob(self, code):
    logits, means, raw_scales = self.variables
    components = tfd.Independent(
      tfd.Normal(means, positive_scale(raw_scales)), reinterpreted_batch_ndims=1
    )
    log_probs = components.log_prob(code[..., tf.newaxis, :])
    return tf.reduce_logsumexp(log_probs + tf.nn.log_softmax(logits), axis=-1)
