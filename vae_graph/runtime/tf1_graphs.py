"""Graphs that TensorFlow 1.15 loads, made of those of a newer TensorFlow.

A newer TensorFlow writes ops and attributes of which 1.15 knows nothing. What
says the same in the words of 1.15 is put so:

    an attribute that has its default       left out
    an attribute that only describes        left out
    a stateless draw by key and counter     the draw by seed, of the same bits
    a diagonal with the offset 0            the diagonal

The rest is refused. Beside this module, `tf1_ops.txt` names the ops of 1.15,
each with its attributes. It was printed under TensorFlow 1.15.5 by

    for name, op in sorted(op_def_registry.get_registered_ops().items()):
      print(name, *sorted(each.name for each in op.attr))
"""

import functools
import pkgutil

import numpy as np

from vae_graph import errors
from vae_graph.compat import op_def, tf

# Attributes that change nothing of what an op computes: names for people, which
# input is a gradient, and whether to check a shape first.
_DESCRIPTIVE = frozenset(
  ["debug_name", "grad_a", "grad_b", "grad_x", "grad_y", "validate_shape"]
)
_DRAWS = {
  "StatelessRandomNormalV2": "StatelessRandomNormal",
  "StatelessRandomUniformV2": "StatelessRandomUniform",
}
_KEY_OP = "StatelessRandomGetKeyCounter"
# The older op, and how many of the inputs it takes; behind them is the offset.
_DIAGONALS = {
  "MatrixDiagPartV3": ("MatrixDiagPart", 1),
  "MatrixSetDiagV3": ("MatrixSetDiag", 2),
}


def to_tf1(graph_def):
  """Puts a graph in the words of TensorFlow 1.15, in place.

  Args:
    graph_def: a `tf.GraphDef`. It is left half changed where this raises.

  Raises:
    UnsupportedError: an op or an attribute has no older form.
  """
  newer = set()
  _rewrite(graph_def.node, newer)
  for function in graph_def.library.function:
    _rewrite(function.node_def, newer)
  if newer:
    raise errors.UnsupportedError(
      f"{', '.join(sorted(newer))} of TensorFlow {tf.__version__} is not known"
      " to TensorFlow 1.15; export with TensorFlow 1.15 itself, which reads the"
      " same run, or leave out --target_tf"
    )


def for_any_tensorflow(meta_graph):
  """Returns a graph that TensorFlow 1.15 loads, where there is such a form.

  Args:
    meta_graph: a `tf.MetaGraphDef`; it stays as it is.

  Returns:
    Another one, or `meta_graph` itself where an op has no older form.
  """
  older = tf.MetaGraphDef()
  older.CopyFrom(meta_graph)
  try:
    to_tf1(older.graph_def)
  except errors.UnsupportedError:
    return meta_graph
  return older


def _rewrite(nodes, newer):
  """Rewrites the nodes of a graph or function; adds to what is too new."""
  by_name = {node.name: node for node in nodes}
  for node in nodes:
    if node.op in _DRAWS:
      _draw_by_seed(node, by_name)
    elif node.op in _DIAGONALS:
      _take_diagonal(node, by_name)
  read = {_node_name(each) for node in nodes for each in node.input}
  for index in reversed(range(len(nodes))):
    if nodes[index].op == _KEY_OP and nodes[index].name not in read:
      del nodes[index]
  for node in nodes:
    newer.update(_strip(node))


def _draw_by_seed(node, by_name):
  # In a function it may be an argument; other algorithms have other keys.
  key_node = by_name.get(_node_name(node.input[1]))
  if key_node is None or key_node.op != _KEY_OP:
    return
  types = {"T": _attr(node, "Tshape"), "Tseed": _attr(key_node, "Tseed")}
  _become(node, _DRAWS[node.op], [node.input[0], key_node.input[0]])
  for name, value in types.items():
    node.attr[name].CopyFrom(value)


def _take_diagonal(node, by_name):
  older, count = _DIAGONALS[node.op]
  offset = by_name.get(_node_name(node.input[count]))
  if offset is None or offset.op != "Const":
    return
  if not np.any(tf.make_ndarray(offset.attr["value"].tensor)):
    _become(node, older, node.input[:count])


def _become(node, op, inputs):
  """Makes another op of a node, with the attributes that are of both."""
  control = [each for each in node.input if each.startswith("^")]
  inputs = [*inputs, *control]
  node.op = op
  del node.input[:]
  node.input.extend(inputs)
  for name in set(node.attr) - _known_ops()[op]:
    if not name.startswith("_"):
      del node.attr[name]


def _strip(node):
  """Leaves out new attributes; yields what cannot be left out."""
  known = _known_ops()
  if node.op not in known:
    return [f"op {node.op}"]
  kept = []
  for name in set(node.attr) - known[node.op]:
    if name.startswith("_"):  # TensorFlow's own notes, of which any will do.
      continue
    if name in _DESCRIPTIVE or node.attr[name] == _default(node.op, name):
      del node.attr[name]
    else:
      kept.append(f"attribute {name} of op {node.op}")
  return kept


def _attr(node, name):
  """Returns a copy of an attribute, which may have been left to its default."""
  value = tf.AttrValue()
  value.CopyFrom(
    node.attr[name] if name in node.attr else _default(node.op, name)
  )
  return value


def _default(op, name):
  (attr,) = [each for each in op_def(op).attr if each.name == name]
  return attr.default_value


def _node_name(text):
  """Returns the node that an input is of: `a` of `a:0`, `a:output:0`, `^a`."""
  return text.lstrip("^").split(":")[0]


@functools.lru_cache(maxsize=None)
def _known_ops():
  """Returns `{op: set of its attributes}` of TensorFlow 1.15."""
  text = pkgutil.get_data(__package__, "tf1_ops.txt").decode("ascii")
  lines = [line.split() for line in text.splitlines()]
  return {op: set(attributes) for op, *attributes in lines}
