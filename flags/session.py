"""Flags of the tf.Session."""

import vae_graph

session_config = vae_graph.define_flags(vae_graph.SessionConfig)
