"""Flags of an evaluation."""

import dataclasses

from absl import flags as absl_flags

import vae_graph
from flags import shared

evaluation_config = shared.define_flags(vae_graph.EvaluationConfig)


def asked_for():
  """Returns the `EvaluationConfig`; None where no flag of it was given."""
  found = [
    absl_flags.FLAGS[field.name]
    for field in dataclasses.fields(vae_graph.EvaluationConfig)
  ]
  # Given on the command line, or set by a program.
  given = any(each.present or not each.using_default_value for each in found)
  return evaluation_config() if given else None
