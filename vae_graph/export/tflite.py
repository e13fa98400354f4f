"""TensorFlow Lite: a flatbuffer for each signature."""

import os

import numpy as np

from vae_graph.compat import tf
from vae_graph.export.frozen import freeze

_DIAGONAL = "MatrixDiagPartV3"


def write(folder, trained_graph, *, export_config):
  """Writes `SIGNATURE.tflite` for each signature."""
  del export_config  # Of no further settings.
  places = {}
  for name, signature in trained_graph.serving_graph.signatures.items():
    graph_def = freeze(trained_graph.session, [signature])
    _expand_diagonals(graph_def, trained_graph.session.graph)
    places[name] = f"{name}.tflite"
    with open(os.path.join(folder, places[name]), "wb") as file:
      file.write(_convert(graph_def, signature))
  return places


def _convert(graph_def, signature):
  """Returns the flatbuffer of a frozen graph with the signature's names."""
  with tf.Graph().as_default() as graph, tf.Session() as session:
    tf.import_graph_def(graph_def, name="")
    inputs, outputs = (
      [graph.get_tensor_by_name(each.name) for each in side.values()]
      for side in signature
    )
    converter = tf.lite.TFLiteConverter.from_session(session, inputs, outputs)
    return converter.convert()


def _expand_diagonals(graph_def, graph):
  """Makes a sum of x times the identity of the diagonal of x, in place.

  TensorFlow Lite has no op that takes a diagonal.

  Args:
    graph_def: a frozen `tf.GraphDef`.
    graph: the `tf.Graph` that it was made of, which knows the shapes.
  """
  for node in [each for each in graph_def.node if each.op == _DIAGONAL]:
    square = graph.get_operation_by_name(node.name).inputs[0]
    size = int(square.shape[-1])
    identity = _add_constant(graph_def, node, "identity", np.eye(size))
    axis = _add_constant(graph_def, node, "axis", -1)
    product = graph_def.node.add(name=f"{node.name}/product", op="Mul")
    product.input.extend([node.input[0], identity])
    product.attr["T"].CopyFrom(node.attr["T"])
    node.op = "Sum"
    del node.input[:]
    node.input.extend([product.name, axis])
    del node.attr["align"]
    node.attr["Tidx"].type = tf.int32.as_datatype_enum
    node.attr["keep_dims"].b = False


def _add_constant(graph_def, node, name, value):
  """Adds a constant for a node, of its name scope; returns its name."""
  dtype = np.int32 if isinstance(value, int) else np.float32
  constant = graph_def.node.add(name=f"{node.name}/{name}", op="Const")
  constant.attr["dtype"].type = tf.as_dtype(dtype).as_datatype_enum
  constant.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value, dtype))
  return constant.name
