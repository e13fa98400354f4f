"""The one module that knows which TensorFlow this is.

Everything else takes `tf`, `tfd` and `tfb` from here. Importing it changes no
global behaviour: the program that owns the process decides about eager
execution and v2 behaviour. All of this library works inside
`with tf.Graph().as_default():` on every supported TensorFlow.
"""

import tensorflow.compat.v1 as tf
import tensorflow_probability as tfp

from vae_graph import errors

__all__ = [
  "fill_triangular",
  "lbfgs_minimize",
  "require_graph_mode",
  "tf",
  "tfb",
  "tfd",
  "versions",
]

tfd = tfp.distributions
tfb = tfp.bijectors
fill_triangular = tfp.math.fill_triangular
lbfgs_minimize = tfp.optimizer.lbfgs_minimize


def require_graph_mode(what):
  """Raises unless a graph is being built.

  Args:
    what: name of the caller, for the message.

  Raises:
    GraphModeError: eager execution is on.
  """
  if tf.executing_eagerly():
    raise errors.GraphModeError(
      f"{what} builds a graph, but eager execution is on; call it under"
      " `with tf.Graph().as_default():`"
    )


def versions():
  """Returns the versions of the packages that decide about results."""
  return {
    "tensorflow": tf.__version__,
    "tensorflow_probability": tfp.__version__,
  }
