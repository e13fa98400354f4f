"""The maximum mean discrepancy of all codes together to the prior.

The squared, biased estimate with the kernels of `objectives/mmd.py`, for
more codes than fit into one matrix of pairs. The estimate of two samples of the
same distribution is not 0 but of the order of 1 / n: compare it with
`expected_mmd`.

References:
  Gretton et al., "A Kernel Two-Sample Test", JMLR 2012.
"""

import numpy as np

from vae_graph import errors
from vae_graph.latent_metrics.arrays import check_codes

# Pairs of codes at a time: 16 MiB for each matrix of them.
_PAIRS = 2**21


def mmd(x, y, *, kernel="rbf"):
  """The squared maximum mean discrepancy of two sets of codes.

  Args:
    x: floats `[n, d]`, such as a sample of each image's posterior. Posterior
      means would make the codes look narrower than they are.
    y: floats `[m, d]`, such as samples of the prior.
    kernel: a name in `KERNELS`.

  Returns:
    A float, 0 for equal sets and never negative but for rounding.

  Raises:
    ValueError: no such kernel, or the arrays have other shapes.
  """
  x, y = _checked(x, y, kernel)
  # Distances stay what they are, and are more precise.
  center = y.mean(axis=0)
  x, y = x - center, y - center
  return (
    _mean_kernel(x, x, kernel)
    + _mean_kernel(y, y, kernel)
    - 2.0 * _mean_kernel(x, y, kernel)
  )


def expected_mmd(y, *, size, kernel="rbf"):
  """The value to expect of `mmd` if codes followed the prior exactly.

  That is (1 / n + 1 / m) (1 - E k(z, z')) for n codes and m samples of one
  distribution, since the kernels are 1 for equal codes.

  Args:
    y: floats `[m, d]`, the samples of the prior given to `mmd`; at least two.
    size: n, the number of codes given to it.
    kernel: as there.

  Returns:
    A float. Single estimates scatter about it with a standard deviation of up
    to its own size: some four times as much is still no sign of a difference.

  Raises:
    DataError: `y` is a single sample.
  """
  _, y = _checked(y, y, kernel)
  if len(y) < 2:
    raise errors.DataError(
      "expected_mmd: one sample of the prior found, at least two expected"
    )
  y = y - y.mean(axis=0)
  # Without the pairs of a sample with itself.
  mean = (len(y) * _mean_kernel(y, y, kernel) - 1.0) / (len(y) - 1)
  return (1.0 / size + 1.0 / len(y)) * (1.0 - mean)


def _checked(x, y, kernel):
  if kernel not in KERNELS:
    raise ValueError(
      f"kernel must be one of {', '.join(KERNELS)}, found {kernel!r}"
    )
  x = check_codes(x, "x")
  return x, check_codes(y, "y", size=x.shape[1])


def _mean_kernel(x, y, kernel):
  """Returns the mean of the kernel over all pairs."""
  x_squares, y_squares = (x**2).sum(axis=1), (y**2).sum(axis=1)
  rows = max(1, _PAIRS // len(y))
  total = 0.0
  for start in range(0, len(x), rows):
    chunk = slice(start, start + rows)
    # A product form, of which rounding may make small negative numbers.
    squares = x[chunk] @ y.T
    squares *= -2.0
    squares += x_squares[chunk, np.newaxis]
    squares += y_squares
    np.maximum(squares, 0.0, out=squares)
    total += KERNELS[kernel](squares, x.shape[1]).sum()
  return float(total / len(x) / len(y))


def _rbf(squares, size):
  """k(x, y) = exp(-mean((x - y)^2) / d), the bandwidth of the MMD-VAE."""
  squares /= -(float(size) ** 2)
  return np.exp(squares, out=squares)


def _imq(squares, size):
  """k(x, y) = c / (c + |x - y|^2) with c = 2 d, the inverse multiquadric."""
  squares += 2.0 * size
  return np.divide(2.0 * size, squares, out=squares)


# Each overwrites squared distances of codes of that size.
KERNELS = {"rbf": _rbf, "imq": _imq}
