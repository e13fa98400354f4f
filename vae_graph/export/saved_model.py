"""The SavedModel: what TensorFlow Serving and tf.saved_model.load take."""

import os

from vae_graph.compat import SavedModel, tf
from vae_graph.export import warmup
from vae_graph.runtime.tf1_graphs import to_tf1

_NAME = "saved_model.pb"
# What a client has that names no signature; images are all that it takes.
_DEFAULT = "encode"


def write(folder, trained_graph, *, export_config):
  """Writes a SavedModel with the tag `serve`, and what warms Serving up."""
  signatures = {
    **trained_graph.serving_graph.signatures,
    **trained_graph.serving_graph.seeded,
  }
  signature_defs = {
    name: signature_def(each) for name, each in signatures.items()
  }
  default = tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
  signature_defs[default] = signature_defs[_DEFAULT]
  # The builder makes the folder itself.
  os.rmdir(folder)
  builder = tf.saved_model.Builder(folder)
  builder.add_meta_graph_and_variables(
    trained_graph.session,
    [tf.saved_model.tag_constants.SERVING],
    signature_def_map=signature_defs,
    clear_devices=True,
    strip_default_attrs=True,
  )
  builder.save()
  if export_config.target_tf == "1.15":
    _rewrite(os.path.join(folder, _NAME))
  extra = os.path.join(folder, "assets.extra")
  os.mkdir(extra)
  warmup.write(
    os.path.join(extra, "tf_serving_warmup_requests"),
    trained_graph.serving_graph.signatures,
  )
  return dict.fromkeys(signatures, _NAME)


def signature_def(signature):
  """Returns the `SignatureDef` of a `Signature`."""
  build_info = tf.saved_model.build_tensor_info
  return tf.saved_model.build_signature_def(
    inputs={name: build_info(each) for name, each in signature.inputs.items()},
    outputs={
      name: build_info(each) for name, each in signature.outputs.items()
    },
    method_name=tf.saved_model.signature_constants.PREDICT_METHOD_NAME,
  )


def _rewrite(path):
  """Puts a SavedModel's graph in the words of TensorFlow 1.15."""
  saved_model = SavedModel()
  with open(path, "rb") as file:
    saved_model.ParseFromString(file.read())
  for meta_graph in saved_model.meta_graphs:
    to_tf1(meta_graph.graph_def)
  with open(path, "wb") as file:
    file.write(saved_model.SerializeToString())
