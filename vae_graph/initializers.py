"""Initial values of variables.

They are a pure function of the variable's name and the graph's seed
(`tf.set_random_seed`; 0 where none is set), and the same on every TensorFlow,
also where a partitioner of the caller's scope divides a variable into shards.
"""

import zlib

from vae_graph.compat import tf


def glorot_uniform(fan_in, fan_out):
  """Returns an initializer, uniform in +-sqrt(6 / (fan_in + fan_out)).

  Its seed is that of the open scope, so draw one variable a scope from it.

  References:
    Glorot and Bengio, "Understanding the difficulty of training deep
    feedforward neural networks", AISTATS 2010.
  """
  seed = _seed(tf.get_variable_scope().name)
  limit = (6 / (fan_in + fan_out)) ** 0.5

  def draw(shape, dtype):
    return tf.random.stateless_uniform(
      shape, seed, minval=-limit, maxval=limit, dtype=dtype
    )

  return _initializer(draw)


def standard_normal(name):
  """Returns an initializer that draws from a standard Gaussian.

  Args:
    name: the variable's name within the open scope.
  """
  seed = _seed(f"{tf.get_variable_scope().name}/{name}")

  def draw(shape, dtype):
    return tf.random.stateless_normal(shape, seed, dtype=dtype)

  return _initializer(draw)


def _initializer(draw):
  """Returns an initializer whose shards are slices of what `draw` returns.

  Args:
    draw: function of a shape and a dtype.
  """

  # The signature that tf.get_variable calls, with what it calls a partition.
  def initializer(shape, dtype=None, partition_info=None):
    dtype = dtype or tf.float32
    if partition_info is None:
      return draw(shape, dtype)
    whole = draw(partition_info.full_shape, dtype)
    return tf.slice(whole, partition_info.var_offset, shape)

  return initializer


def _seed(full_name):
  graph_seed = tf.get_default_graph().seed or 0
  return [graph_seed, zlib.crc32(full_name.encode("utf-8"))]
