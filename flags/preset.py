"""The flag that chooses a preset, for `app.run`."""

from absl import flags

# Its flags take its place on the command line before that is parsed.
flags.DEFINE_string(
  "preset",
  None,
  "Take the flags of a preset, such as hafner_mnist, as from a --flagfile:"
  " flags behind it change them. scripts.train --list_presets lists them.",
)
