r"""Exports a trained model to what serves it.

    python -m scripts.export --logdir=DIR --export_dir=models/vae/1
    python -m scripts.export --logdir=DIR --export_dir=FOLDER --format=frozen

Nothing that is exported draws random numbers: noise is an input. docs/export.md
has the signatures, and says how each format is used.
"""

from absl import flags as absl_flags

import vae_graph
from flags import inference, runs, shared
from scripts import app
from vae_graph import errors

# For --help to list them.
for module in (inference, app):
  absl_flags.adopt_module_key_flags(module)

_export_config = shared.define_flags(vae_graph.ExportConfig)
_export_dir = shared.define(
  absl_flags.DEFINE_string,
  "export_dir",
  None,
  "Folder to make, with those above it. TensorFlow Serving wants a number for"
  " its name, the version. One that is there is left alone.",
)


def main():
  """Exports as the flags say."""
  logdir, folder = runs.logdir(), _export_dir()
  if not folder:
    raise errors.ConfigError("--export_dir is missing; name the folder to make")
  folder = vae_graph.local_path(folder, "export_dir")
  run = vae_graph.RunDirectory.load(logdir)
  vae_graph.check_outside_data(
    folder, run.settings().config.data, name="export_dir"
  )
  step = vae_graph.export_model(
    logdir,
    folder,
    export_config=_export_config(),
    checkpoint=inference.checkpoint(),
  )
  print(f"model at step {step}: {folder}")


if __name__ == "__main__":
  app.run(main)
