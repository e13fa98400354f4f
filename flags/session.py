"""Flags of the tf.Session."""

import vae_graph
from flags import shared

session_config = shared.define_flags(vae_graph.SessionConfig)
