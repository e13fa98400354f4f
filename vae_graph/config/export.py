"""The configuration of what a trained model is exported to."""

import dataclasses

from vae_graph.config.fields import Config, field

FORMATS = ("saved_model", "frozen", "metagraph")
# The TensorFlows that may be aimed at; of the current one by default.
TARGETS = ("current", "1.15")


@dataclasses.dataclass(frozen=True)
class ExportConfig(Config):
  """To what format a model is exported, and for which TensorFlow."""

  format: str = field(
    "saved_model",
    "saved_model: for TensorFlow Serving and tf.saved_model.load. frozen: one"
    " GraphDef with the weights as constants, for the C API. metagraph: a"
    " checkpoint with its graph, for tf.train.import_meta_graph.",
    choices=FORMATS,
  )
  target_tf: str = field(
    "current",
    "1.15: in ops and attributes that TensorFlow 1.15 knows, whichever"
    " TensorFlow exports.",
    choices=TARGETS,
  )
