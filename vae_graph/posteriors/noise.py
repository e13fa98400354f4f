"""The noise that every posterior pushes through itself."""

import math

from vae_graph.compat import tf
from vae_graph.randomness import normal


def standard_noise(like, seed, *, sample_shape=()):
  """Draws standard Gaussian noise for a batch of codes.

  Args:
    like: float32 `[batch, code_size]`, for the shape.
    seed: integer tensor `[2]` or `BatchSeed`.
    sample_shape: leading dimensions to draw independently.

  Returns:
    float32 `[*sample_shape, batch, code_size]`.
  """
  shape = tf.concat([sample_shape, tf.shape(like)], axis=0)
  noise = normal(shape, seed, batch_axis=len(sample_shape))
  noise.set_shape(list(sample_shape) + like.shape.as_list())
  return noise


def standard_log_prob(noise):
  """Returns the log-density of standard noise in nats, `[...]`."""
  constant = math.log(2 * math.pi)
  return -0.5 * tf.reduce_sum(noise**2 + constant, axis=-1)
