"""Flags of binaries that use a trained model: which run, and which weights."""

from absl import flags

import vae_graph
from flags import runs

flags.adopt_module_key_flags(runs)

_CHECKPOINT = flags.DEFINE_string(
  "checkpoint",
  "latest",
  "Weights: latest, best (by test ELBO), a global step, or the path of a"
  " checkpoint without .index.",
)


def checkpoint():
  """Returns the checkpoint asked for, as `TrainedModel` takes it.

  Raises:
    ConfigError: it is no path of this machine.
  """
  value = _CHECKPOINT.value
  if value == "latest":
    return None
  if value.isdecimal():
    return int(value)
  return vae_graph.local_path(value, "checkpoint")
