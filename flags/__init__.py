"""The flags of this project's binaries, made from the configurations.

Each module is one concern, and defines its flags when it is imported. Any of
them go together in one program, see `shared`. A binary adopts the key flags of
those that it uses, so that `--help` lists them.
"""

import glob
import os


def preset_paths():
  """Returns the paths of the presets, sorted."""
  folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "presets")
  return sorted(glob.glob(os.path.join(glob.escape(folder), "*.flags")))


def describe_preset(path):
  """Returns the first line of a preset's comment."""
  with open(path, encoding="utf-8") as file:
    return file.readline().lstrip("#").strip()
