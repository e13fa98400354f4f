"""Flags of an evaluation."""

import dataclasses

from absl import flags as absl_flags

import vae_graph
from flags import shared

evaluation_config = shared.define_flags(vae_graph.EvaluationConfig)


def asked_for():
  """Returns the `EvaluationConfig`; None where no flag of it was given."""
  fields = dataclasses.fields(vae_graph.EvaluationConfig)
  given = any(absl_flags.FLAGS[field.name].present for field in fields)
  return evaluation_config() if given else None
