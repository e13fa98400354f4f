"""Figures of how a code is used: moments, active units, KL per dimension.

References:
  Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders", ICLR
  2016.
"""

import numpy as np

from vae_graph.latent_metrics.arrays import check_codes

# The one of Burda et al., for a prior of variance 1.
ACTIVE_VARIANCE = 0.01


def moments(codes):
  """The moments of all codes together, the aggregate posterior's.

  Args:
    codes: floats `[n, d]`, one sample for each of n images.

  Returns:
    The mean `[d]` and the unbiased covariance `[d, d]`, which is NaN for a
    single code. Under a standard normal prior they are to be near 0 and the
    identity.
  """
  codes = check_codes(codes, "codes")
  mean = codes.mean(axis=0)
  centered = codes - mean
  if len(codes) < 2:
    return mean, np.full(2 * mean.shape, np.nan)
  return mean, centered.T @ centered / (len(codes) - 1)


def active_units(means, *, threshold=ACTIVE_VARIANCE):
  """Counts the code's dimensions that tell images apart.

  Args:
    means: floats `[n, d]`, the posterior means of n images.
    threshold: a dimension is active if its variance is above this.

  Returns:
    The number of active dimensions, and the unbiased variances over images of
    the posterior mean, `[d]`. A single image has none: they are NaN, and the
    number is 0.
  """
  means = check_codes(means, "means")
  if len(means) < 2:
    return 0, np.full(means.shape[1], np.nan)
  variances = means.var(axis=0, ddof=1)
  return int(np.count_nonzero(variances > threshold)), variances


def collapse_warning(variances, *, threshold=ACTIVE_VARIANCE):
  """Words a warning of posterior collapse.

  Args:
    variances: floats `[d]`, the second result of `active_units`.
    threshold: as there.

  Returns:
    One line, or None if no dimension is known to be inactive.
  """
  variances = np.asarray(variances)
  with np.errstate(invalid="ignore"):
    inactive = np.count_nonzero(variances <= threshold)
  if not inactive:
    return None
  return (
    f"posterior collapse: {inactive} of {variances.size} code dimensions"
    " inactive (variance of the posterior mean over images at most"
    f" {threshold:g}); try --free_bits, --beta_warmup_steps, a smaller --beta"
    " or a smaller --code_size"
  )


def kl_per_dimension(means, stddevs):
  """KL divergence of the posterior's marginals to a standard normal prior.

  The mean over images of KL(N(mean_d, stddev_d^2) || N(0, 1)). What that is
  depends on the posterior q(z|x):

  - Diagonal: exact, and the sum over dimensions is the rate.
  - Full covariance: exact for each marginal. The sum is at most the rate, which
    adds the information that dimensions share.
  - Any other, with the moments of its marginals: a lower bound, since
    KL(q || p) = KL(q || g) + KL(g || p) for the Gaussian g with q's moments and
    a Gaussian p. Moments of a few samples of each image make it larger: of S
    samples by about 1 / S nats a dimension.

  Args:
    means: floats `[n, d]`, the posterior means of n images.
    stddevs: floats `[n, d]`, not negative. A stddev of 0 has an infinite KL
      divergence.

  Returns:
    Nats `[d]`.
  """
  means = check_codes(means, "means")
  stddevs = check_codes(stddevs, "stddevs", size=means.shape[1])
  if len(stddevs) != len(means) or stddevs.min() < 0:
    raise ValueError(
      f"stddevs must be {list(means.shape)} like the means and not negative,"
      f" found {list(stddevs.shape)} and at least {stddevs.min():g}"
    )
  with np.errstate(divide="ignore"):
    logs = np.log(stddevs)
  return (0.5 * (means**2 + stddevs**2 - 1.0) - logs).mean(axis=0)
