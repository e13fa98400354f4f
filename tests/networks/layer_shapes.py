"""Reads a network's architecture off the graph that it built."""

import re

import numpy as np

from vae_graph.compat import tf

_LAYER = re.compile(r"(\w+/)*?(conv2d|conv2d_transpose|dense)(_\d+)?(?=/)")


def outputs(graph):
  """Returns the last op of each layer, in the order of their making."""
  found = {}
  for op in graph.get_operations():
    # The outermost scope of a layer: TensorFlow's own ops open more within.
    match = _LAYER.match(op.name)
    if match:
      found[match.group()] = op
  # A dict keeps the order in which a scope came first.
  return list(found.values())


def build(module, model, image_shape):
  """Builds a network under the scopes `encoder` and `decoder`.

  Args:
    module: the network.
    model: a `ModelConfig`.
    image_shape: `(height, width, channels)`.

  Returns:
    Dict from the layer's name to its output's shape without the batch, and a
    dict from the variable's name to its shape.
  """
  with tf.Graph().as_default() as graph:
    images = tf.placeholder(tf.float32, (None,) + tuple(image_shape))
    code = tf.placeholder(tf.float32, (None, model.code_size))
    with tf.variable_scope("encoder"):
      module.encoder(images, model)
    with tf.variable_scope("decoder"):
      module.decoder(code, model, image_shape[:2], image_shape[2])
    layers = {
      op.name.rpartition("/")[0]: tuple(op.outputs[0].shape.as_list()[1:])
      for op in outputs(graph)
    }
    variables = {
      variable.op.name: tuple(variable.shape.as_list())
      for variable in tf.trainable_variables()
    }
  return layers, variables


def count(variables, scope):
  """Returns the number of parameters under `scope`."""
  return sum(
    int(np.prod(shape))
    for name, shape in variables.items()
    if name.startswith(scope + "/")
  )
