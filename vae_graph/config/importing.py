"""The configuration of what is imported of another program's checkpoint."""

import dataclasses
from typing import Tuple

from vae_graph import registry
from vae_graph.config.fields import Config, field


@dataclasses.dataclass(frozen=True)
class ImportConfig(Config):
  """Which variables of a checkpoint are which of a model's."""

  layout: str = field(
    "auto",
    "Which weights are which of the model's, under whatever scope.",
    choices=registry.LAYOUTS,
  )
  map: Tuple[str, ...] = field(
    (),
    "OLD_REGEX=NEW: rename the checkpoint's variables before that; an empty"
    " name leaves one out. Repeat the flag for several, which act in turn.",
    repeated=True,
  )
  averaged_weights: bool = field(
    False,
    "Take the checkpoint's moving averages (NAME/ExponentialMovingAverage) for"
    " the weights.",
  )
  allow_missing: bool = field(
    False,
    "Let weights that the checkpoint lacks keep their initial values.",
  )
  allow_extra: bool = field(
    False, "Leave weights out that the model does not have."
  )
