"""Flags of the data set."""

from absl import flags

import vae_graph

flags.disclaim_key_flags()

data_config = vae_graph.define_flags(vae_graph.DataConfig)
