"""Variables outside of layers, and how they begin.

Like a layer's weights, the initial values are a pure function of the variable's
name and the graph's seed, and the same on every TensorFlow.
"""

import zlib

from vae_graph.compat import tf


def variable(name, shape, initializer):
  """Returns a float32 resource variable of the open variable scope."""
  return tf.get_variable(
    name, shape, tf.float32, initializer=initializer, use_resource=True
  )


def initializer_seed(name):
  """Returns the stateless seed of a variable of the open scope.

  Args:
    name: the variable's name within the scope; empty where a scope has but one
      variable that is drawn.
  """
  scope = tf.get_variable_scope().name
  full_name = f"{scope}/{name}" if name else scope
  graph_seed = tf.get_default_graph().seed or 0
  return [graph_seed, zlib.crc32(full_name.encode("utf-8"))]


def normal_initializer(name, stddev=1.0):
  """Returns an initializer that draws from a Gaussian around zero.

  Args:
    name: the variable's name within the open scope.
    stddev: the Gaussian's standard deviation.
  """
  seed = initializer_seed(name)

  def initializer(shape, dtype=None, partition_info=None):
    del partition_info  # Part of the signature that tf.get_variable calls.
    noise = tf.random.stateless_normal(shape, seed, dtype=dtype or tf.float32)
    return stddev * noise

  return initializer
