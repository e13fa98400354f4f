"""The frozen graph: one GraphDef, whose weights are constants."""

import os

from vae_graph.compat import tf
from vae_graph.runtime.tf1_graphs import to_tf1

_NAME = "frozen.pb"


def write(folder, trained_graph, *, export_config):
  """Writes `frozen.pb`."""
  signatures = trained_graph.serving_graph.signatures
  graph_def = freeze(trained_graph.session, signatures.values())
  if export_config.target_tf == "1.15":
    to_tf1(graph_def)
  with open(os.path.join(folder, _NAME), "wb") as file:
    file.write(graph_def.SerializeToString())
  return dict.fromkeys(signatures, _NAME)


def freeze(session, signatures):
  """Returns the graph of signatures alone, with its variables as constants.

  Args:
    session: a `tf.Session` of their graph, in which variables have values.
    signatures: iterable of `Signature`.

  Returns:
    A `tf.GraphDef`.
  """
  outputs = [each for one in signatures for each in one.outputs.values()]
  return tf.graph_util.convert_variables_to_constants(
    session,
    session.graph.as_graph_def(),
    [tensor.op.name for tensor in outputs],
  )
