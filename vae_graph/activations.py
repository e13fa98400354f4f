"""The activation functions that a network's hidden layers may have."""

from vae_graph.compat import tf


def leaky_relu(inputs):
  """`tf.nn.leaky_relu`, whose gradient is taken from its outputs.

  They have the signs of its inputs, from which TensorFlow takes it. But with
  the inputs in use, the graph optimizer of TensorFlow 2 fails to merge it with
  the layer before, and says that its "remapper failed". That of TensorFlow 1
  does not try, and there all is as it was.

  Args:
    inputs: float tensor.

  Returns:
    A tensor of the same shape.
  """
  graph = tf.get_default_graph()
  # The public gradient_override_map and tf.custom_gradient leave a name in the
  # graph, and who imports that without this library could take no gradients.
  override = getattr(graph, "_override_gradient_function", None)
  if override is None:
    return tf.nn.leaky_relu(inputs)
  with override({"LeakyRelu": _leaky_relu_gradient}):
    return tf.nn.leaky_relu(inputs)


def _leaky_relu_gradient(op, gradient):
  return tf.raw_ops.LeakyReluGrad(
    gradients=gradient, features=op.outputs[0], alpha=op.get_attr("alpha")
  )


ACTIVATIONS = {
  "relu": tf.nn.relu,
  "leaky_relu": leaky_relu,
  "elu": tf.nn.elu,
  "tanh": tf.nn.tanh,
  "sigmoid": tf.nn.sigmoid,
  "softplus": tf.nn.softplus,
}


def chosen(model_config, published):
  """Returns the activation function of a network's hidden layers.

  Args:
    model_config: a `ModelConfig`; reads `activation`.
    published: name of the function that `auto` stands for in this network.
  """
  name = model_config.activation
  return ACTIVATIONS[published if name == "auto" else name]
