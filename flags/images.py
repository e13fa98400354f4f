"""Flags of binaries that make something of images: noise, sizes and colors."""

from absl import flags

import vae_graph
from flags import shared
from vae_graph import errors

seed = shared.define(
  flags.DEFINE_integer,
  "seed",
  0,
  "Seed of all that is drawn: samples, and the black and white pixels that"
  " gray files become for a run with --binarization. Those of its data set come"
  " from a seed of their own, so they are the same for every binary.",
  lower_bound=0,
  upper_bound=2**31 - 1,
)
background = shared.define_setting(
  vae_graph.DataConfig,
  "background",
  help_text="Color on which image files with transparency are put, by name or"
  " as #rrggbb; by default that of the run, without which they are refused.",
)
_resize = shared.define_setting(
  vae_graph.DataConfig,
  "resize",
  help_text="Bring image files of another size to the run's, by area averaging;"
  " another ratio of height to width is stretched. A run that was trained with"
  " --resize always does so.",
)


def resize(image_shape):
  """Returns whether to bring image files to the size of a run's images.

  Args:
    image_shape: `(height, width)` or with channels, of the run.

  Raises:
    ConfigError: another size is asked for.
  """
  size = "{}x{}".format(*image_shape)
  if _resize() not in ("", "true", size):
    raise errors.ConfigError(
      f"resize must be the size of the run's images, {size}, or stand alone,"
      f" found {_resize()!r}"
    )
  return bool(_resize())
