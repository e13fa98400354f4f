"""Flags of an evaluation."""

import vae_graph
from flags import shared

evaluation_config = shared.define_flags(vae_graph.EvaluationConfig)
