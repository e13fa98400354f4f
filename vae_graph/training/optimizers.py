"""Gradient descent rules, by the name that `--optimizer` takes."""

from vae_graph.compat import tf


def adam(learning_rate):
  """Returns Adam with its published defaults.

  Args:
    learning_rate: step size, a number or scalar tensor.

  References:
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
  """
  return tf.train.AdamOptimizer(learning_rate)
