"""Flags of how a model is trained."""

import vae_graph
from flags import shared

training_config = shared.define_flags(vae_graph.TrainingConfig)
