"""InfoVAE: the evidence lower bound with its KL divergence traded for an MMD.

    loss = mean(distortion) + (1 - alpha) mean(rate)
           + (alpha + lambda - 1) MMD(q(z), p(z))

alpha = 0 and lambda = 1 is the evidence lower bound. alpha = 1 drops the rate
altogether, which is an MMD-VAE: codes of one image may then be as certain as
they like, as long as all codes together follow the prior. With Gaussian pixels
of variance 1/2 and a lambda of the number of pixels it is the published one of
mmd_vae.py, times that number.

References:
  Zhao, Song and Ermon, "InfoVAE: Balancing Learning and Inference in
  Variational Autoencoders", AAAI 2019.
"""

from vae_graph.compat import tf
from vae_graph.objectives.base import objective
from vae_graph.objectives.mmd import discrepancy_to_prior
from vae_graph.objectives.terms import add_weighted, make_terms


@objective
def infovae(vae, images, seed, *, config=None, step=None):
  """InfoVAE's objective, with one sample of each image's code.

  Args:
    vae: a `VAE`.
    images: float32 `[batch, *image_shape]` in [0, 1].
    seed: integer tensor `[2]`, see `step_seed`. Not a `BatchSeed`: the MMD is
      of a whole batch, and no mean of its parts.
    config: an `ObjectiveConfig`; reads `infovae_alpha`, `infovae_lambda` and
      `mmd_kernel`.
    step: not read.
    check_values: as of `elbo`.

  Returns:
    `ObjectiveTerms`.

  Raises:
    ConfigError: the model does not go with it.
    TensorError: images or seed are of a wrong dtype or shape.
  """
  del step  # Part of the signature of objectives.
  posterior = vae.encode(images)
  code, log_q = posterior.sample_and_log_prob(seed)
  likelihood = vae.decode(code)
  distortion = -likelihood.log_prob(images)
  loss = add_weighted(
    tf.reduce_mean(distortion),
    discrepancy_to_prior(vae, code, seed=seed, config=config),
    weight=config.infovae_alpha + config.infovae_lambda - 1.0,
  )
  rate = None
  if log_q is not None:
    rate = log_q - vae.prior.log_prob(code)
    loss = add_weighted(
      loss, tf.reduce_mean(rate), weight=1.0 - config.infovae_alpha
    )
  return make_terms(
    loss,
    rate=rate,
    distortion=distortion,
    posterior=posterior,
    code=code,
    likelihood=likelihood,
  )
