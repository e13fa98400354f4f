"""Flags of the model and of what it is trained for."""

from absl import flags

import vae_graph

flags.disclaim_key_flags()

model_config = vae_graph.define_flags(vae_graph.ModelConfig)
objective_config = vae_graph.define_flags(vae_graph.ObjectiveConfig)
