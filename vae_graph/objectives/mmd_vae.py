"""The MMD-VAE as published, for an encoder that need not draw its codes.

    loss = mean over the batch and the pixels of (x - mean of p(x|z))^2
           + lambda MMD(q(z), p(z))

The one loss here that is a mean over pixels, and not in nats: summed over them,
the squared error would drown the MMD at its published weight, lambda = 1.

References:
  Sigrid Keydana, "Representation learning with MMD-VAE", RStudio AI blog, 2018.
  Zhao, Song and Ermon, "InfoVAE: Balancing Learning and Inference in
  Variational Autoencoders", AAAI 2019.
"""

from vae_graph.compat import tf
from vae_graph.objectives.base import objective
from vae_graph.objectives.mmd import discrepancy_to_prior
from vae_graph.objectives.terms import add_weighted, make_terms


@objective
def mmd_vae(vae, images, seed, *, config=None, step=None):
  """The MMD-VAE's objective, with one sample of each image's code.

  `distortion`, and with a posterior that has a density `rate` and `elbo`, are
  those of the model all the same; they are not what is minimized.

  Args:
    vae: a `VAE`.
    images: float32 `[batch, *image_shape]` in [0, 1].
    seed: integer tensor `[2]`, see `step_seed`; not a `BatchSeed`.
    config: an `ObjectiveConfig`; reads `infovae_lambda` and `mmd_kernel`.
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
  error = tf.reduce_mean((likelihood.mean() - images) ** 2)
  discrepancy = discrepancy_to_prior(vae, code, seed=seed, config=config)
  return make_terms(
    add_weighted(error, discrepancy, weight=config.infovae_lambda),
    rate=None if log_q is None else log_q - vae.prior.log_prob(code),
    distortion=-likelihood.log_prob(images),
    posterior=posterior,
    code=code,
    likelihood=likelihood,
  )
