"""InfoVAE: the evidence lower bound with its KL divergence traded for an MMD.

    loss = mean(distortion) + (1 - alpha) mean(rate)
           + (alpha + lambda - 1) MMD(q(z), p(z))

alpha = 0 and lambda = 1 is the evidence lower bound. alpha = 1 drops the rate
altogether, which is the MMD-VAE: codes of one image may then be as certain as
they like, as long as all codes together follow the prior.

References:
  Zhao, Song and Ermon, "InfoVAE: Balancing Learning and Inference in
  Variational Autoencoders", AAAI 2019.
  Gretton et al., "A Kernel Two-Sample Test", JMLR 2012.
  Tolstikhin et al., "Wasserstein Auto-Encoders", ICLR 2018 (the inverse
  multiquadric kernel).
"""

from vae_graph.compat import tf
from vae_graph.config import ObjectiveConfig
from vae_graph.objectives.terms import ObjectiveTerms
from vae_graph.randomness import BatchSeed, fold_in


def infovae(vae, images, seed, config=None, step=None):
  """InfoVAE's objective, with one sample of each image's code.

  Args:
    vae: a `VAE`.
    images: float32 `[batch, *image_shape]` in [0, 1].
    seed: integer tensor `[2]`, see `step_seed`. Not a `BatchSeed`: the MMD is
      of a whole batch, and no mean of its parts.
    config: an `ObjectiveConfig`; reads `infovae_alpha`, `infovae_lambda` and
      `mmd_kernel`.
    step: not read.

  Returns:
    `ObjectiveTerms`.
  """
  del step  # Part of the signature of objectives.
  assert not isinstance(seed, BatchSeed)
  config = config or ObjectiveConfig()
  posterior = vae.encode(images)
  code, log_q = posterior.sample_and_log_prob(seed)
  distortion = -vae.decode(code).log_prob(images)
  rate = log_q - vae.prior.log_prob(code)
  prior_code = vae.prior.sample(tf.shape(code)[0], fold_in(seed, "prior"))
  discrepancy = mmd(code, prior_code, KERNELS[config.mmd_kernel])
  weight = config.infovae_alpha + config.infovae_lambda - 1.0
  return ObjectiveTerms(
    loss=tf.reduce_mean(distortion)
    + (1.0 - config.infovae_alpha) * tf.reduce_mean(rate)
    + weight * discrepancy,
    elbo=-(rate + distortion),
    rate=rate,
    distortion=distortion,
  )


def mmd(x, y, kernel):
  """The squared maximum mean discrepancy of two sets of samples.

  The biased estimate, which is never negative and is 0 for equal sets.

  Args:
    x: float32 `[n, d]`.
    y: float32 `[m, d]`.
    kernel: function from `[n, d]` and `[m, d]` to `[n, m]`.

  Returns:
    float32 scalar.
  """
  return (
    tf.reduce_mean(kernel(x, x))
    + tf.reduce_mean(kernel(y, y))
    - 2.0 * tf.reduce_mean(kernel(x, y))
  )


def rbf_kernel(x, y):
  """k(x, y) = exp(-mean((x - y)^2) / d), the bandwidth of the MMD-VAE."""
  size = float(int(x.shape[-1]))
  return tf.exp(-_squared_distances(x, y) / size**2)


def imq_kernel(x, y):
  """k(x, y) = c / (c + |x - y|^2) with c = 2 d, the inverse multiquadric."""
  scale = 2.0 * int(x.shape[-1])
  return scale / (scale + _squared_distances(x, y))


def _squared_distances(x, y):
  """Returns `[n, m]`; by differences, since a product form is not exact."""
  differences = x[:, tf.newaxis, :] - y[tf.newaxis, :, :]
  return tf.reduce_sum(differences**2, axis=-1)


KERNELS = {"rbf": rbf_kernel, "imq": imq_kernel}
