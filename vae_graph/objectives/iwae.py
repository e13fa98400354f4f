"""The importance-weighted bound."""

import math

from vae_graph.compat import tf
from vae_graph.config import ObjectiveConfig
from vae_graph.objectives.terms import make_terms


def iwae(vae, images, seed, config=None, step=None):
  """The importance-weighted bound with k samples, which tightens with k.

      log w_i = log p(x|z_i) + log p(z_i) - log q(z_i|x)
      loss    = -mean over the batch of log((w_1 + ... + w_k) / k)

  `rate`, `distortion` and `elbo` are the means over the k samples: those of the
  ordinary bound, to which this one is equal for k = 1.

  Args:
    vae: a `VAE`.
    images: float32 `[batch, *image_shape]` in [0, 1].
    seed: integer tensor `[2]` or `BatchSeed`, see `step_seed`.
    config: an `ObjectiveConfig`; reads `importance_samples`, which is k.
    step: not read.

  Returns:
    `ObjectiveTerms`.

  References:
    Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders", ICLR
    2016.
  """
  del step  # Part of the signature of objectives.
  count = (config or ObjectiveConfig()).importance_samples
  posterior = vae.encode(images)
  code, log_q = posterior.sample_and_log_prob(seed, (count,))
  rate = log_q - vae.prior.log_prob(code)
  distortion = -_log_likelihood(vae, code, images, count)
  log_weights = -(rate + distortion)
  bound = tf.reduce_logsumexp(log_weights, axis=0) - math.log(count)
  return make_terms(
    -tf.reduce_mean(bound),
    tf.reduce_mean(rate, axis=0),
    tf.reduce_mean(distortion, axis=0),
  )


def _log_likelihood(vae, code, images, count):
  """Returns log p(x|z) of `[k, batch, code_size]` codes, `[k, batch]`."""
  code_size = int(code.shape[-1])
  tiles = [count] + [1] * len(vae.image_shape)
  log_probs = vae.decode(tf.reshape(code, [-1, code_size])).log_prob(
    tf.tile(images, tiles)
  )
  return tf.reshape(log_probs, [count, -1])
