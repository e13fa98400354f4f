"""Flags of what a trained model is asked to make."""

import vae_graph
from flags import shared

generation_config = shared.define_flags(vae_graph.GenerationConfig)
