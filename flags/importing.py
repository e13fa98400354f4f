"""Flags of which variables of a checkpoint are which of a model's."""

import vae_graph
from flags import shared

import_config = shared.define_flags(vae_graph.ImportConfig)
