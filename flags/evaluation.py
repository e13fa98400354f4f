"""Flags of an evaluation."""

import vae_graph

evaluation_config = vae_graph.define_flags(vae_graph.EvaluationConfig)
