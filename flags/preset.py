"""The flags that choose a preset and list them all, for `app.run`."""

from absl import flags

# Its flags take its place on the command line before that is parsed.
flags.DEFINE_string(
  "preset",
  None,
  "Take the flags of a preset, such as hafner_mnist, as from a --flagfile:"
  " flags behind it change them. --list_presets lists the presets.",
)
flags.register_validator(
  "preset",
  lambda name: name is None,
  message="it acts in what scripts.app.run runs; here, say --flagfile=FILE",
)
flags.DEFINE_boolean(
  "list_presets", False, "List the presets with a line each, and exit."
)
