"""Flags of the tf.Session."""

from absl import flags

import vae_graph

flags.disclaim_key_flags()

session_config = vae_graph.define_flags(vae_graph.SessionConfig)
