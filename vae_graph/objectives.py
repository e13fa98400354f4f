"""What training minimises: per-example terms in nats, and the scalar loss.

rate       = KL(q(z|x) || p(z))
distortion = -E_q[log p(x|z)]
elbo       = -(rate + distortion) <= log p(x)
"""

import typing

from vae_graph.compat import tf
from vae_graph.config import ObjectiveConfig


class ObjectiveTerms(typing.NamedTuple):
  """The parts of an objective.

  loss: float32 scalar, the batch mean of what is minimised.
  elbo: float32 `[batch]`, nats per image.
  rate: float32 `[batch]`, nats per image.
  distortion: float32 `[batch]`, nats per image.
  """

  loss: tf.Tensor
  elbo: tf.Tensor
  rate: tf.Tensor
  distortion: tf.Tensor


def elbo(vae, images, seed, config=None):
  """The evidence lower bound with analytic KL divergence and one sample.

  loss = mean over the batch of (distortion + beta * rate)

  Args:
    vae: a `VAE` whose posterior has an analytic KL divergence to its prior.
    images: float32 `[batch, *image_shape]` in [0, 1].
    seed: integer tensor `[2]`, see `step_seed`.
    config: an `ObjectiveConfig`; reads `beta`. By default beta is 1.

  Returns:
    `ObjectiveTerms`.

  References:
    Kingma and Welling, "Auto-Encoding Variational Bayes", ICLR 2014.
    Higgins et al., "beta-VAE", ICLR 2017.
  """
  config = config or ObjectiveConfig()
  posterior = vae.encode(images)
  code, _ = posterior.sample_and_log_prob(seed)
  distortion = -vae.decode(code).log_prob(images)
  rate = posterior.kl_divergence(vae.prior)
  loss = tf.reduce_mean(distortion + config.beta * rate)
  return ObjectiveTerms(
    loss=loss, elbo=-(rate + distortion), rate=rate, distortion=distortion
  )
