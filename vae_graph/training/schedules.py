"""Schedules of the learning rate, by the name that the flag takes.

Each is a function `(step, training_config)` that returns the factor by which
the learning rate is multiplied. `step` is the global step, a float32 scalar: a
learning rate is a function of it alone, so that a resumed run goes on with the
one that it would have had.
"""

import math

from vae_graph.compat import tf


def constant(step, training_config):
  """Returns 1."""
  del step, training_config
  return 1.0


def piecewise(step, training_config):
  """Returns decay_rate for each of `decay_boundaries` that has been passed."""
  boundaries = [float(each) for each in training_config.decay_boundaries]
  passed = tf.cast(step >= boundaries, tf.float32)
  return training_config.decay_rate ** tf.reduce_sum(passed)


def exponential(step, training_config):
  """Returns decay_rate for each `decay_steps`, smoothly."""
  return training_config.decay_rate ** (step / training_config.decay_steps)


def cosine(step, training_config):
  """Returns half a cosine, from 1 at the start to 0 at `decay_steps`.

  References:
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm
    Restarts", ICLR 2017.
  """
  progress = tf.minimum(step / training_config.decay_steps, 1.0)
  return 0.5 * (1.0 + tf.cos(math.pi * progress))
