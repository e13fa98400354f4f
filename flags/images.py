"""Flags of binaries that make something of images: noise and sizes."""

from absl import flags

from flags import shared

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
RESIZE = flags.DEFINE_boolean(
  "resize",
  False,
  "Bring image files of another size to the run's, by area averaging; another"
  " ratio of height to width is stretched.",
)
