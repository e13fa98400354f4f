"""Programs that call an export, each as its users do.

Each is a function of the export's folder and of requests, `{signature: {input:
array}}`, and returns `{signature: {output: array}}`.
"""

import importlib
import json
import os

from vae_graph.compat import SavedModel, tf


def read_manifest(folder):
  """Returns the manifest of an export."""
  with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
    return json.load(file)


def graph_def(folder):
  """Returns the GraphDef of an export that is one."""
  file = read_manifest(folder)["signatures"]["encode"]["file"]
  if file == "frozen.pb":
    return _parse(os.path.join(folder, file), tf.GraphDef())
  if file == "model":
    path = os.path.join(folder, f"{file}.meta")
    return _parse(path, tf.MetaGraphDef()).graph_def
  (meta_graph,) = _parse(os.path.join(folder, file), SavedModel()).meta_graphs
  return meta_graph.graph_def


def saved_model(folder, requests):
  """tf.saved_model.loader, of a session."""
  with tf.Graph().as_default(), tf.Session() as session:
    meta_graph = tf.saved_model.loader.load(session, ["serve"], folder)
    return {
      signature: _run(session, meta_graph.signature_def[signature], inputs)
      for signature, inputs in requests.items()
    }


def frozen(folder, requests):
  """tf.import_graph_def, with the names of the manifest."""
  signatures = read_manifest(folder)["signatures"]
  with tf.Graph().as_default(), tf.Session() as session:
    tf.import_graph_def(graph_def(folder), name="")
    return {
      signature: session.run(
        {
          name: each["tensor"]
          for name, each in signatures[signature]["outputs"].items()
        },
        {
          signatures[signature]["inputs"][name]["tensor"]: value
          for name, value in inputs.items()
        },
      )
      for signature, inputs in requests.items()
    }


def metagraph(folder, requests):
  """tf.train.import_meta_graph, with the signatures of the MetaGraphDef."""
  prefix = os.path.join(folder, "model")
  meta_graph = _parse(f"{prefix}.meta", tf.MetaGraphDef())
  with tf.Graph().as_default(), tf.Session() as session:
    tf.train.import_meta_graph(meta_graph).restore(session, prefix)
    return {
      signature: _run(session, meta_graph.signature_def[signature], inputs)
      for signature, inputs in requests.items()
    }


def _parse(path, message):
  with open(path, "rb") as file:
    message.ParseFromString(file.read())
  return message


def onnx(folder, requests):
  """ONNX Runtime."""
  # Not of every environment.
  runtime = importlib.import_module("onnxruntime")
  found = {}
  for signature, inputs in requests.items():
    described = read_manifest(folder)["signatures"][signature]
    session = runtime.InferenceSession(
      os.path.join(folder, described["file"]),
      providers=["CPUExecutionProvider"],
    )
    outputs = described["outputs"]
    values = session.run(
      [each["tensor"] for each in outputs.values()],
      {
        described["inputs"][name]["tensor"]: each
        for name, each in inputs.items()
      },
    )
    found[signature] = dict(zip(outputs, values))
  return found


def tflite(folder, requests):
  """TensorFlow Lite's interpreter, whose names are those of ops."""
  found = {}
  for signature, inputs in requests.items():
    described = read_manifest(folder)["signatures"][signature]
    interpreter = tf.lite.Interpreter(os.path.join(folder, described["file"]))
    names = {
      name: each["tensor"].split(":")[0]
      for name, each in described["inputs"].items()
    }
    places = {
      each["name"]: each["index"] for each in interpreter.get_input_details()
    }
    for name, value in inputs.items():
      interpreter.resize_tensor_input(places[names[name]], value.shape)
    interpreter.allocate_tensors()
    for name, value in inputs.items():
      interpreter.set_tensor(places[names[name]], value)
    interpreter.invoke()
    # In their order; one that is an input, too, has the name of that.
    found[signature] = {
      name: interpreter.get_tensor(each["index"])
      for name, each in zip(
        described["outputs"], interpreter.get_output_details()
      )
    }
  return found


def _run(session, signature_def, inputs):
  return session.run(
    {name: each.name for name, each in signature_def.outputs.items()},
    {signature_def.inputs[name].name: each for name, each in inputs.items()},
  )
