"""The configurations that presets make."""

from absl import flags as absl_flags

import vae_graph

PARTS = {
  "model": vae_graph.ModelConfig,
  "objective": vae_graph.ObjectiveConfig,
  "data": vae_graph.DataConfig,
  "training": vae_graph.TrainingConfig,
  "session": vae_graph.SessionConfig,
}


def read_preset(path):
  """The configuration that a preset makes."""
  values = absl_flags.FlagValues()
  parts = {
    name: vae_graph.define_flags(part, flag_values=values)
    for name, part in PARTS.items()
  }
  values(["train", f"--flagfile={path}"])
  return vae_graph.ExperimentConfig(
    **{name: make() for name, make in parts.items()}
  )
