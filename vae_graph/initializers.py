"""Variables, and how they begin.

Initial values are a pure function of the variable's name and the graph's seed
(`tf.set_random_seed`; 0 where none is set), and the same on every TensorFlow.
"""

import zlib

from vae_graph.compat import tf


def variable(name, shape, *, initializer):
  """A trainable float32 resource variable of the open scope."""
  return tf.get_variable(
    name, shape, tf.float32, initializer=initializer, use_resource=True
  )


def glorot_uniform(fan_in, fan_out):
  """Returns an initializer, uniform in +-sqrt(6 / (fan_in + fan_out)).

  Its seed is that of the open scope, so draw one variable a scope from it.

  References:
    Glorot and Bengio, "Understanding the difficulty of training deep
    feedforward neural networks", AISTATS 2010.
  """
  seed = _seed(tf.get_variable_scope().name)
  limit = (6 / (fan_in + fan_out)) ** 0.5

  def initializer(shape, dtype=None, partition_info=None):
    del partition_info  # Part of the signature that tf.get_variable calls.
    return tf.random.stateless_uniform(
      shape, seed, minval=-limit, maxval=limit, dtype=dtype or tf.float32
    )

  return initializer


def standard_normal(name):
  """Returns an initializer that draws from a standard Gaussian.

  Args:
    name: the variable's name within the open scope.
  """
  seed = _seed(f"{tf.get_variable_scope().name}/{name}")

  def initializer(shape, dtype=None, partition_info=None):
    del partition_info  # Part of the signature that tf.get_variable calls.
    return tf.random.stateless_normal(shape, seed, dtype=dtype or tf.float32)

  return initializer


def _seed(full_name):
  graph_seed = tf.get_default_graph().seed or 0
  return [graph_seed, zlib.crc32(full_name.encode("utf-8"))]
