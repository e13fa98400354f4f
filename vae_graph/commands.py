"""The commands of an installed package: `vae-graph-train` and the like.

Each function runs one of the binaries, whose source is in `scripts/` and
`flags/`. A program of yours may call one, too, once it has registered its own
parts and defined its own flags:

    if __name__ == "__main__":
      commands.train()
"""

import importlib
import os
import re
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_BUNDLE = os.path.join(_HERE, "_bundle")


def devices() -> None:
  """Prints what TensorFlow sees; exits, as all of these do."""
  _run("devices")


def encode() -> None:
  """Encodes images."""
  _run("encode")


def evaluate() -> None:
  """Measures a trained model."""
  _run("evaluate")


def export() -> None:
  """Exports a trained model."""
  _run("export")


def generate() -> None:
  """Generates pictures."""
  _run("generate")


def import_checkpoint() -> None:
  """Makes a run of another program's checkpoint."""
  _run("import_checkpoint")


def reconstruct() -> None:
  """Reconstructs images."""
  _run("reconstruct")


def report() -> None:
  """Writes one HTML file about runs."""
  _run("report")


def train() -> None:
  """Trains a model, or goes on with a run."""
  _run("train")


def name(binary: str) -> str:
  """Returns the command of a binary, such as `vae-graph-train`."""
  # That of import_checkpoint is short: a verb as the others.
  return f"vae-graph-{binary.partition('_')[0]}"


def in_words_of_commands(text: str) -> str:
  """Returns a text that names `python -m scripts.train` as it is run here.

  Args:
    text: of a help or an error. Where the commands are, it comes to name
      `vae-graph-train`; in a mere source tree it stays.
  """
  is_command = os.path.basename(sys.argv[0]).startswith(name(""))
  if not is_command and not os.path.isdir(_BUNDLE):
    return text
  return re.sub(
    r"(python -m )?\bscripts\.(\w+)", lambda found: name(found[2]), text
  )


def _run(binary):
  # Without an installed bundle this is the source tree.
  folder = _BUNDLE if os.path.isdir(_BUNDLE) else os.path.dirname(_HERE)
  # Before whatever else has modules of these names.
  sys.path.insert(0, folder)
  for package in ("flags", "scripts"):
    _forget_others(package, os.path.join(folder, package))
  importlib.import_module("scripts.signals").answer_interrupts()
  app = importlib.import_module("scripts.app")
  app.run(importlib.import_module(f"scripts.{binary}").main)


def _forget_others(package, path):
  """Has Python import a package from a path, whatever it has imported so far.

  A program that has modules of its own by this name keeps what it has of them.
  """
  found = sys.modules.get(package)
  if list(getattr(found, "__path__", ())) == [path]:
    return
  for module in list(sys.modules):
    if module.split(".")[0] == package:
      del sys.modules[module]
