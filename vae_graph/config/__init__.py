"""What may be asked for: frozen, validated configurations, and flags of them.

    model = ModelConfig(hidden_units=(200, 200), code_size=2)
    config = ExperimentConfig(model=model, training=TrainingConfig(epochs=20))

Each is a dataclass with the base `fields.Config`, whose fields own their
default, help text, unit and bounds. `flags.define_flags` makes absl flags of
one; `config.json` in a run directory holds an `ExperimentConfig`. Nothing here
imports TensorFlow, so that `--help` and the errors of a configuration need not
wait for it.
"""

from vae_graph.config.data import DataConfig
from vae_graph.config.evaluation import EvaluationConfig
from vae_graph.config.experiment import ExperimentConfig
from vae_graph.config.export import ExportConfig
from vae_graph.config.generation import GenerationConfig
from vae_graph.config.importing import ImportConfig
from vae_graph.config.model import ModelConfig
from vae_graph.config.objective import ObjectiveConfig
from vae_graph.config.session import SessionConfig
from vae_graph.config.training import TrainingConfig

__all__ = [
  "DataConfig",
  "EvaluationConfig",
  "ExperimentConfig",
  "ExportConfig",
  "GenerationConfig",
  "ImportConfig",
  "ModelConfig",
  "ObjectiveConfig",
  "SessionConfig",
  "TrainingConfig",
]
