"""Flags of an evaluation."""

import dataclasses

from absl import flags

import vae_graph

evaluation_config = vae_graph.define_flags(vae_graph.EvaluationConfig)


def asked_for():
  """Returns the `EvaluationConfig`; None where no flag of it was given."""
  fields = dataclasses.fields(vae_graph.EvaluationConfig)
  given = any(flags.FLAGS[field.name].present for field in fields)
  return evaluation_config() if given else None
