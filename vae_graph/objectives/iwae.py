"""The importance-weighted bound."""

import math

from vae_graph.compat import tf
from vae_graph.objectives.base import objective
from vae_graph.objectives.terms import make_terms


@objective
def iwae(vae, images, seed, *, config=None, step=None):
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
    check_values: as of `elbo`.

  Returns:
    `ObjectiveTerms`.

  Raises:
    ConfigError: the posterior has no density.
    TensorError: images or seed are of a wrong dtype or shape.

  References:
    Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders", ICLR
    2016.
  """
  del step  # Part of the signature of objectives.
  count = config.importance_samples
  posterior = vae.encode(images)
  code, log_q = posterior.sample_and_log_prob(seed, (count,))
  rate = log_q - vae.prior.log_prob(code)
  # All samples of all images as one batch.
  likelihood = vae.decode(tf.reshape(code, [-1, int(code.shape[-1])]))
  copies = tf.tile(images, [count] + [1] * len(vae.image_shape))
  distortion = -tf.reshape(likelihood.log_prob(copies), [count, -1])
  log_weights = -(rate + distortion)
  bound = tf.reduce_logsumexp(log_weights, axis=0) - math.log(count)
  return make_terms(
    -tf.reduce_mean(bound),
    rate=tf.reduce_mean(rate, axis=0),
    distortion=tf.reduce_mean(distortion, axis=0),
    posterior=posterior,
    code=code,
    likelihood=likelihood,
  )
