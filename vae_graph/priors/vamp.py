"""The VampPrior: a mixture of the posteriors at learned pseudo-inputs."""

import math

from vae_graph.compat import tf
from vae_graph.initializers import standard_normal
from vae_graph.layers import variable
from vae_graph.priors.base import Prior
from vae_graph.randomness import fold_in, uniform


class VampPrior(Prior):
  """p(z) = mean over k of q(z | u_k), with learned images u_k.

  Its variable, `prior/pseudo_inputs` `[k, *image_shape]` with k =
  `prior_components`, holds the images' logits, so that they stay in [0, 1]. The
  encoder is applied anew at each use, and learns through both its roles.

  Args:
    model_config: a `ModelConfig`; reads `prior_components`.
    vae: the `VAE` that it is the prior of; its posterior's density must be
      known at any code.

  References:
    Tomczak and Welling, "VAE with a VampPrior", AISTATS 2018.
  """

  def __init__(self, model_config, vae):
    self._vae = vae
    self._size = model_config.prior_components
    with tf.variable_scope(None, default_name="prior"):
      self._logits = variable(
        "pseudo_inputs",
        [self._size, *vae.image_shape],
        initializer=standard_normal("pseudo_inputs"),
      )
    self.variables = (self._logits,)

  def _sample(self, n, seed):
    noise = uniform([n], fold_in(seed, "component"))
    chosen = tf.cast(noise * self._size, tf.int32)
    images = tf.gather(tf.sigmoid(self._logits), chosen)
    code, _ = self._vae.encode(images).sample_and_log_prob(seed)
    return code

  def _log_prob(self, code):
    posterior = self._vae.encode(tf.sigmoid(self._logits))
    log_probs = posterior.log_prob(code[..., tf.newaxis, :])
    return tf.reduce_logsumexp(log_probs, axis=-1) - math.log(self._size)
