"""The flags of this project's binaries, made from the configurations."""

import glob
import os


def preset_paths():
  """Returns the paths of the presets, sorted."""
  folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "presets")
  return sorted(glob.glob(os.path.join(folder, "*.flags")))


def describe_preset(path):
  """Returns the first line of a preset's comment."""
  with open(path, encoding="utf-8") as file:
    return file.readline().lstrip("#").strip()
