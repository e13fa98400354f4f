"""Flags of the data set."""

import vae_graph

data_config = vae_graph.define_flags(vae_graph.DataConfig)
