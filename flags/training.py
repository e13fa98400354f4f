"""Flags of a training run."""

from absl import flags

import vae_graph

training_config = vae_graph.define_flags(vae_graph.TrainingConfig)
LOGDIR = flags.DEFINE_string(
  "logdir",
  None,
  "Folder of the run: checkpoints, events, metrics and pictures. A run that is"
  " there already is resumed.",
)
