"""Flags of the model and of what it is trained for."""

import vae_graph
from flags import shared

model_config = shared.define_flags(vae_graph.ModelConfig)
objective_config = shared.define_flags(vae_graph.ObjectiveConfig)
