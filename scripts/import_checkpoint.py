r"""Makes a run of a checkpoint that another program has written.

    python -m scripts.import_checkpoint --from=OLD/model.ckpt-12000 --to=DIR \
        --preset=hafner_mnist --data_dir=DATA

The other flags are those of training, with which scripts.train goes on from
there: what was trained, and on what. docs/import.md has the layouts.
"""

import os
import sys

from absl import flags as absl_flags

import vae_graph
from flags import experiment, importing, preset, shared
from scripts import app
from vae_graph import errors

# For --help to list them.
for module in (importing, preset, experiment, app):
  absl_flags.adopt_module_key_flags(module)

_from = shared.define(
  absl_flags.DEFINE_string,
  "from",
  None,
  "Checkpoint to import, or one of its files; or a folder, whose latest one is"
  " taken.",
)
_to = shared.define(
  absl_flags.DEFINE_string,
  "to",
  None,
  "Folder of the run to make. One that is there must be empty.",
)
_dry_run = shared.define(
  absl_flags.DEFINE_boolean,
  "dry_run",
  False,
  "Print the table and the test ELBO, and write nothing.",
)


def main():
  """Imports as the flags say."""
  checkpoint, logdir = _from(), _to()
  if not checkpoint:
    raise errors.ConfigError(
      "--from is missing; name a checkpoint or a folder of some"
    )
  if not logdir:
    raise errors.ConfigError("--to is missing; name the folder of the run")
  experiment_config = experiment.experiment_config()
  session_environment = vae_graph.session_environment(experiment_config.session)
  os.environ.update(session_environment)
  result = vae_graph.import_checkpoint(
    checkpoint,
    logdir,
    experiment_config=experiment_config,
    import_config=importing.import_config(),
    flags_text=_training_flags(logdir),
    dry_run=_dry_run(),
    show=print,
  )
  for note in result.notes:
    print(f"note: {note}", file=sys.stderr)
  print(_summary(result))
  made = "nothing is written (--dry_run)" if _dry_run() else logdir
  print(f"run at step {result.step:,}: {made}")


def _training_flags(logdir):
  """Returns the flags with which scripts.train goes on."""
  own = absl_flags.FLAGS.get_key_flags_for_module(importing)
  names = ["from", "to", "dry_run", "preset", *(flag.name for flag in own)]
  return f"--logdir={logdir}\n{app.flags_text(leave_out=names)}"


def _summary(result):
  name, unit = "loss", ""
  if "elbo" in result.means:
    name, unit = "ELBO", " nats per image"
  found, before = (
    means[name.lower()] for means in (result.means, result.untrained)
  )
  return (
    f"test {name} {found:.2f}{unit}, of untrained weights {before:.2f};"
    f" the first {result.images:,} test images, one sample each"
  )


if __name__ == "__main__":
  app.run(main)
