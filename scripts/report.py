r"""Writes one HTML file about a run, or about several side by side.

    python -m scripts.report --logdir=DIR
    python -m scripts.report --logdir=DIR --logdir=OTHER --output=FILE.html

Figures of the latest checkpoint are taken from evaluation.json, where they are
of its weights, these images and these settings; else it is evaluated first, as
scripts.evaluate does with the same flags. The file needs nothing beside it, and
asks nothing of the network.
"""

import os
import sys

import tqdm
from absl import flags as absl_flags

import vae_graph
from flags import evaluation, output, run_data, runs, session
from scripts import app
from vae_graph import errors

# For --help to list them.
for module in (evaluation, output, run_data, runs, session, app):
  absl_flags.adopt_module_key_flags(module)

_NAMES = absl_flags.DEFINE_list(
  "names", [], "What to call the runs, comma-separated; by default by folder."
)
_TITLE = absl_flags.DEFINE_string(
  "title", "Variational autoencoders", "Title of the report."
)


def main():
  """Reports as the flags say."""
  logdirs = runs.logdirs()
  names = _NAMES.value or [
    os.path.basename(os.path.abspath(logdir)) for logdir in logdirs
  ]
  if len(names) != len(logdirs) or len(set(names)) != len(names):
    raise errors.ConfigError(
      f"--names must be a different one for each of {len(logdirs)} runs, found"
      f" {','.join(names)}"
    )
  session_config = session.session_config()
  os.environ.update(vae_graph.session_environment(session_config))
  evaluation_config = evaluation.evaluation_config()
  # All of them, before the first is evaluated.
  directories = [vae_graph.RunDirectory.load(logdir) for logdir in logdirs]
  data_configs = [
    run_data.data_config(run.settings().config.data) for run in directories
  ]
  path = output.path("an HTML file", default=directories[0].report_path)
  for data_config in data_configs:
    vae_graph.check_outside_data(path, data_config, name="output")
  vae_graph.try_output(path)
  report_runs = []
  for logdir, name, data_config in zip(logdirs, names, data_configs):
    with tqdm.tqdm(
      unit=" images", desc=name, file=sys.stderr, disable=None
    ) as bar:
      report_runs.append(
        vae_graph.make_report_run(
          logdir,
          name,
          evaluation_config=evaluation_config,
          data_config=data_config,
          session_config=session_config,
          progress=bar.update,
        )
      )
  vae_graph.write_report(path, report_runs, title=_TITLE.value)
  print(path)


if __name__ == "__main__":
  app.run(main)
