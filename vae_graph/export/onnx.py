"""ONNX: a model for each signature, by tf2onnx."""

import importlib
import os

import numpy as np

from vae_graph.compat import tf
from vae_graph.export.frozen import freeze

# Old enough for runtimes in use, new enough for all ops here.
_OPSET = 15


def write(folder, trained_graph, *, export_config):
  """Writes `SIGNATURE.onnx` for each signature."""
  del export_config  # Of no further settings.
  # No package that this library needs.
  convert = importlib.import_module("tf2onnx.convert")
  places = {}
  for name, signature in trained_graph.serving_graph.signatures.items():
    graph_def = freeze(trained_graph.session, [signature])
    _expand_expm1(graph_def)
    model, _ = convert.from_graph_def(
      graph_def,
      name=name,
      input_names=[each.name for each in signature.inputs.values()],
      output_names=[each.name for each in signature.outputs.values()],
      opset=_OPSET,
    )
    _pad_outputs(model)
    places[name] = f"{name}.onnx"
    with open(os.path.join(folder, places[name]), "wb") as file:
      file.write(model.SerializeToString())
  return places


def _expand_expm1(graph_def):
  """Makes exp(x) - 1 of expm1(x), which ONNX does not have, in place."""
  for node in [each for each in graph_def.node if each.op == "Expm1"]:
    exp = graph_def.node.add(name=f"{node.name}/exp", op="Exp")
    exp.input.extend(node.input)
    exp.attr["T"].CopyFrom(node.attr["T"])
    one = graph_def.node.add(name=f"{node.name}/one", op="Const")
    one.attr["dtype"].CopyFrom(node.attr["T"])
    one.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(np.float32(1)))
    node.op = "Sub"
    del node.input[:]
    node.input.extend([exp.name, one.name])


def _pad_outputs(model):
  """Says by output_padding what tf2onnx says by negative pads, in place.

  A transposed convolution with `valid` padding may end in rows that no input
  reaches; a runtime refuses pads below zero.
  """
  for node in model.graph.node:
    if node.op_type != "ConvTranspose":
      continue
    attributes = {each.name: each for each in node.attribute}
    pads = attributes["pads"].ints if "pads" in attributes else []
    ends = range(len(pads) // 2, len(pads))
    if any(pads[index] < 0 for index in ends):
      padding = node.attribute.add(
        name="output_padding", type=attributes["pads"].type
      )
      padding.ints.extend(max(0, -pads[index]) for index in ends)
      for index in ends:
        pads[index] = max(0, pads[index])
