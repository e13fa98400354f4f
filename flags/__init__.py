"""The flags of this project's binaries, made from the configurations.

Each module is one concern, and defines its flags when it is imported. Any of
them go together in one program, see `shared`. A binary adopts the key flags of
those that it uses, so that `--help` lists them.
"""

import glob
import os

from absl.flags import FLAGS

from vae_graph import errors


def preset_paths():
  """Returns the paths of the presets, sorted."""
  folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "presets")
  return sorted(glob.glob(os.path.join(glob.escape(folder), "*.flags")))


def describe_preset(path):
  """Returns the first line of a preset's comment."""
  with open(path, encoding="utf-8") as file:
    return file.readline().lstrip("#").strip()


def preset_name(path):
  """Returns the name by which `--preset` chooses a preset."""
  return os.path.splitext(os.path.basename(path))[0]


def expand_presets(arguments):
  """Returns a command line with each preset's flags in its place.

  A `--preset=NAME` is read as the `--flagfile` of its path would be, inside of
  another flagfile too: the last one of several flags counts.

  Args:
    arguments: list of what follows the program's name.

  Raises:
    ConfigError: there is no such preset.
    absl.flags.Error: a flagfile cannot be read.
  """
  expanded = []
  # It does so once more when they are parsed, and finds no flagfile then.
  rest = iter(FLAGS.read_flags_from_files(arguments, force_gnu=False))
  for argument in rest:
    flag, equals, name = argument.partition("=")
    if flag in ("--preset", "-preset"):
      path = _preset_path(name if equals else next(rest, ""))
      expanded += FLAGS.read_flags_from_files([f"--flagfile={path}"])
      continue
    expanded.append(argument)
    if argument == "--":
      expanded += rest
  return expanded


def _preset_path(name):
  paths = {preset_name(path): path for path in preset_paths()}
  if name not in paths:
    raise errors.ConfigError(
      f"--preset must be {errors.either(list(paths))}, found {name!r};"
      " --list_presets says what they are, and --flagfile reads a file of yours"
    )
  return paths[name]
