"""Flags of what a trained model is asked to make."""

import vae_graph
from vae_graph.config.generation import GenerationConfig

generation_config = vae_graph.define_flags(GenerationConfig)
