"""Layers over `tf.get_variable`, with the names that `tf.layers` gave.

A layer's scope is its kind, made unique in the order of calls (`dense`,
`dense_1`, ...), and its variables are `kernel` and `bias`: so checkpoints of
TF 1 code restore by name, also where `tf.layers` is gone (Keras 3).

Initial weights are a pure function of the variable's name and the graph's seed
(`tf.set_random_seed`; 0 where none is set), and the same on every TensorFlow.
"""

import zlib

from vae_graph.compat import tf

ACTIVATIONS = {
  "relu": tf.nn.relu,
  "leaky_relu": tf.nn.leaky_relu,
  "elu": tf.nn.elu,
  "tanh": tf.nn.tanh,
  "sigmoid": tf.nn.sigmoid,
  "softplus": tf.nn.softplus,
}


def dense(inputs, units, activation=None, name=None):
  """A fully connected layer, `activation(inputs @ kernel + bias)`.

  Args:
    inputs: float32 `[batch, n]`, `n` known.
    units: number of outputs.
    activation: function of a tensor, or None for a linear layer.
    name: the layer's scope; by default `dense`, made unique.

  Returns:
    float32 `[batch, units]`.
  """
  with tf.variable_scope(name, default_name="dense"):
    num_inputs = int(inputs.shape[-1])
    kernel = _kernel((num_inputs, units), num_inputs, units)
    bias = _bias(units)
    outputs = tf.nn.bias_add(tf.matmul(inputs, kernel), bias)
    return outputs if activation is None else activation(outputs)


def flatten(inputs):
  """Returns `inputs` `[batch, ...]` as `[batch, n]`."""
  size = int(inputs.shape[1:].num_elements())
  return tf.reshape(inputs, [-1, size])


def _kernel(shape, fan_in, fan_out):
  initializer = tf.get_variable_scope().initializer
  if initializer is None:
    initializer = _glorot_uniform(fan_in, fan_out)
  return tf.get_variable(
    "kernel", shape, tf.float32, initializer=initializer, use_resource=True
  )


def _bias(units):
  return tf.get_variable(
    "bias",
    [units],
    tf.float32,
    initializer=tf.zeros_initializer(),
    use_resource=True,
  )


def _glorot_uniform(fan_in, fan_out):
  """Returns an initializer, uniform in +-sqrt(6 / (fan_in + fan_out)).

  References:
    Glorot and Bengio, "Understanding the difficulty of training deep
    feedforward neural networks", AISTATS 2010.
  """
  graph_seed = tf.get_default_graph().seed or 0
  scope_name = tf.get_variable_scope().name
  seed = [graph_seed, zlib.crc32(scope_name.encode("utf-8"))]
  limit = (6 / (fan_in + fan_out)) ** 0.5

  def initializer(shape, dtype=None, partition_info=None):
    del partition_info  # Part of the signature that tf.get_variable calls.
    return tf.random.stateless_uniform(
      shape, seed, minval=-limit, maxval=limit, dtype=dtype or tf.float32
    )

  return initializer
