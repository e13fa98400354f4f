"""Flags of binaries that make something of images: noise, sizes, where to."""

from absl import flags

from vae_graph import errors

SEED = flags.DEFINE_integer(
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
_OUTPUT = flags.DEFINE_string(
  "output",
  None,
  "What to write: the .npz file of codes, or the folder of pictures. Folders"
  " are made.",
)


def output(what):
  """Returns the path to write to.

  Args:
    what: such as `a folder`, for the error.

  Raises:
    ConfigError: the flag is missing.
  """
  if not _OUTPUT.value:
    raise errors.ConfigError(f"--output is missing; name {what} to write")
  return _OUTPUT.value
