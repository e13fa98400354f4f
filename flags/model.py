"""Flags of the model and of what it is trained for."""

import vae_graph

model_config = vae_graph.define_flags(vae_graph.ModelConfig)
objective_config = vae_graph.define_flags(vae_graph.ObjectiveConfig)
