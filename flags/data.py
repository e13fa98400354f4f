"""Flags of the data set."""

import vae_graph
from flags import shared

data_config = shared.define_flags(vae_graph.DataConfig)
