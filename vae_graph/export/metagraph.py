"""A checkpoint with its graph, for tf.train.import_meta_graph."""

import os

from vae_graph.compat import tf
from vae_graph.export.saved_model import signature_def
from vae_graph.runtime.tf1_graphs import to_tf1

_NAME = "model"


def write(folder, trained_graph, *, export_config):
  """Writes `model.meta`, and the checkpoint `model` beside it."""
  signatures = trained_graph.serving_graph.signatures
  prefix = os.path.join(folder, _NAME)
  saver = tf.train.Saver(trained_graph.serving_graph.vae.variables)
  saver.save(
    trained_graph.session,
    prefix,
    write_meta_graph=False,
    write_state=False,
  )
  meta_graph = saver.export_meta_graph(
    clear_devices=True, strip_default_attrs=True
  )
  for name, each in signatures.items():
    meta_graph.signature_def[name].CopyFrom(signature_def(each))
  if export_config.target_tf == "1.15":
    to_tf1(meta_graph.graph_def)
  with open(f"{prefix}.meta", "wb") as file:
    file.write(meta_graph.SerializeToString())
  return dict.fromkeys(signatures, _NAME)
