"""The evidence lower bound, with the KL divergence in closed form or sampled.

    loss = mean over the batch of (distortion + beta * rate)

beta grows from 0 to its value over the first `beta_warmup_steps`. With
`free_bits`, a rate below so many nats is not penalized: for each dimension of
the code in `elbo`, for the whole code in `elbo_mc`, both as means over the
batch.

References:
  Kingma and Welling, "Auto-Encoding Variational Bayes", ICLR 2014.
  Higgins et al., "beta-VAE", ICLR 2017.
  Bowman et al., "Generating Sentences from a Continuous Space", 2016 (warm-up).
  Kingma et al., "Improving Variational Inference with Inverse Autoregressive
  Flow", NeurIPS 2016 (free bits).
"""

from vae_graph.compat import tf
from vae_graph.objectives.base import objective
from vae_graph.objectives.terms import add_weighted, make_terms


@objective
def elbo(vae, images, seed, *, config=None, step=None):
  """The evidence lower bound with analytic KL divergence and one sample.

  Args:
    vae: a `VAE` whose posterior has an analytic KL divergence to its prior.
    images: float32 `[batch, *image_shape]` in [0, 1]; of uint8,
      `vae_graph.pixels(images)`.
    seed: integer tensor `[2]` or `BatchSeed`, see `step_seed`.
    config: an `ObjectiveConfig`; reads `beta`, `beta_warmup_steps` and
      `free_bits`. By default beta is 1.
    step: the global step, for the warm-up; None: it is over.
    check_values: whether the run raises an `InvalidArgumentError`, with the
      values found, where one is outside of [0, 1] or NaN. Else it is not
      noticed: 0 to 255 gives infinities and NaN, -1 to 1 an ELBO above 0.

  Returns:
    `ObjectiveTerms`.

  Raises:
    ConfigError: there is no analytic KL divergence.
    TensorError: images or seed are of a wrong dtype or shape.
  """
  posterior = vae.encode(images)
  code, _ = posterior.sample_and_log_prob(seed)
  likelihood = vae.decode(code)
  distortion = -likelihood.log_prob(images)
  rate = posterior.kl_divergence(vae.prior)
  penalty = tf.reduce_mean(rate)
  if config.free_bits:
    parts = posterior.kl_divergence_per_dimension(vae.prior)
    means = tf.reduce_mean(parts, axis=0)
    penalty = tf.reduce_sum(tf.maximum(means, config.free_bits))
  return make_terms(
    add_weighted(
      tf.reduce_mean(distortion), penalty, weight=_beta(config, step)
    ),
    rate=rate,
    distortion=distortion,
    posterior=posterior,
    code=code,
    likelihood=likelihood,
  )


@objective
def elbo_mc(vae, images, seed, *, config=None, step=None):
  """The evidence lower bound by Monte Carlo: the rate is sampled too.

  Works with every posterior that knows the density of its own samples, and
  every prior. Arguments and result are those of `elbo`.
  """
  posterior = vae.encode(images)
  code, log_q = posterior.sample_and_log_prob(seed)
  likelihood = vae.decode(code)
  distortion = -likelihood.log_prob(images)
  rate = log_q - vae.prior.log_prob(code)
  penalty = tf.reduce_mean(rate)
  if config.free_bits:
    penalty = tf.maximum(penalty, config.free_bits)
  return make_terms(
    add_weighted(
      tf.reduce_mean(distortion), penalty, weight=_beta(config, step)
    ),
    rate=rate,
    distortion=distortion,
    posterior=posterior,
    code=code,
    likelihood=likelihood,
  )


def _beta(config, step):
  """Returns the weight of the rate at a step."""
  if step is None or not config.beta or not config.beta_warmup_steps:
    return config.beta
  progress = tf.cast(step, tf.float32) / config.beta_warmup_steps
  return config.beta * tf.minimum(progress, 1.0)
