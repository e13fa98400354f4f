"""The maximum mean discrepancy of codes to the prior, and its kernels.

References:
  Gretton et al., "A Kernel Two-Sample Test", JMLR 2012.
  Tolstikhin et al., "Wasserstein Auto-Encoders", ICLR 2018 (the inverse
  multiquadric kernel).
"""

from vae_graph.compat import tf
from vae_graph.randomness import fold_in


def discrepancy_to_prior(vae, code, *, seed, config):
  """Compares a batch of codes with as many samples of the prior.

  Args:
    vae: a `VAE`.
    code: float32 `[batch, code_size]`.
    seed: integer tensor `[2]`. Not a `BatchSeed`: the MMD is of a whole batch,
      and no mean of its parts.
    config: an `ObjectiveConfig`; reads `mmd_kernel`.

  Returns:
    float32 scalar.
  """
  prior_code = vae.prior.sample(tf.shape(code)[0], fold_in(seed, "prior"))
  return mmd(code, prior_code, kernel=KERNELS[config.mmd_kernel])


def mmd(x, y, *, kernel):
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
  """Returns `[n, m]`, at the cost of a matrix product."""
  # |x - y|^2 = |x|^2 + |y|^2 - 2 x y, which loses digits far from the origin.
  center = tf.reduce_mean(y, axis=0)
  x, y = x - center, y - center
  squares = tf.reduce_sum(x**2, axis=-1)[:, tf.newaxis]
  squares += tf.reduce_sum(y**2, axis=-1) - 2.0 * tf.matmul(
    x, y, transpose_b=True
  )
  return tf.maximum(squares, 0.0)


KERNELS = {"rbf": rbf_kernel, "imq": imq_kernel}
