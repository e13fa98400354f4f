"""The configuration of what a trained model is exported to."""

import dataclasses

from vae_graph import errors
from vae_graph.config.fields import Config, field

# Those that are TensorFlow graphs, which an older TensorFlow may load.
GRAPHS = ("saved_model", "frozen", "metagraph")
FORMATS = (*GRAPHS, "onnx", "tflite")
# The TensorFlows that may be aimed at; of the current one by default.
TARGETS = ("current", "1.15")


@dataclasses.dataclass(frozen=True)
class ExportConfig(Config):
  """To what format a model is exported, and for which TensorFlow."""

  format: str = field(
    "saved_model",
    "saved_model: for TensorFlow Serving and tf.saved_model.load. frozen: one"
    " GraphDef with the weights as constants, for the C API. metagraph: a"
    " checkpoint with its graph, for tf.train.import_meta_graph. onnx, tflite:"
    " a file for each signature, for ONNX Runtime and TensorFlow Lite.",
    choices=FORMATS,
  )
  target_tf: str = field(
    "current",
    "1.15: in ops and attributes that TensorFlow 1.15 knows, whichever"
    " TensorFlow exports. Of saved_model, frozen and metagraph.",
    choices=TARGETS,
  )

  def __post_init__(self):
    super().__post_init__()
    if self.target_tf != "current" and self.format not in GRAPHS:
      raise errors.ConfigError(
        f"target_tf {self.target_tf} is of format {errors.either(GRAPHS)},"
        f" found format {self.format}; leave target_tf out"
      )
