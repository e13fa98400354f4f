"""Flags of binaries that use a trained model: which run, and which weights."""

from absl import flags

from flags import run_data, runs

for module in (run_data, runs):
  flags.adopt_module_key_flags(module)

_CHECKPOINT = flags.DEFINE_string(
  "checkpoint",
  "latest",
  "Weights: latest, best (by test ELBO), a global step, or the path of a"
  " checkpoint without .index.",
)


def checkpoint():
  """Returns the checkpoint asked for, as `TrainedModel` takes it."""
  value = _CHECKPOINT.value
  if value == "latest":
    return None
  return int(value) if value.isdecimal() else value
