r"""Writes one HTML file about a run, or about several side by side.

    python -m scripts.report --logdir=DIR
    python -m scripts.report --logdir=DIR --logdir=OTHER --output=FILE.html

Figures of the latest checkpoint are taken from evaluation.json. What has not
been evaluated yet is evaluated first, as scripts.evaluate does; and so is all
where a flag says how. The file needs nothing beside it, and asks nothing of the
network.
"""

import dataclasses
import os
import sys

import tqdm
from absl import flags as absl_flags

from flags import evaluation, session
from scripts import app
from vae_graph import errors, files
from vae_graph.config import session_presets

# For --help to list them.
for module in (evaluation, session, app):
  absl_flags.adopt_module_key_flags(module)

_LOGDIRS = absl_flags.DEFINE_multi_string(
  "logdir", [], "Folder of a run; several of these flags compare the runs."
)
_NAMES = absl_flags.DEFINE_list(
  "names", [], "What to call the runs, comma-separated; by default by folder."
)
_OUTPUT = absl_flags.DEFINE_string(
  "output", None, "HTML file; by default report.html in the first run's folder."
)
_TITLE = absl_flags.DEFINE_string(
  "title", "Variational autoencoders", "Title of the report."
)
_DATA_DIR = absl_flags.DEFINE_string(
  "data_dir",
  None,
  "Folder (for npz: file) that holds the runs' data set; by default where each"
  " run found it.",
)


def main():
  """Reports as the flags say."""
  logdirs = _LOGDIRS.value
  names = _NAMES.value or [
    os.path.basename(os.path.abspath(logdir)) for logdir in logdirs
  ]
  if not logdirs or not all(logdirs):
    raise errors.ConfigError("--logdir is missing; name the folder of a run")
  if len(names) != len(logdirs) or len(set(names)) != len(names):
    raise errors.ConfigError(
      f"--names must be a different one for each of {len(logdirs)} runs, found"
      f" {','.join(names)}"
    )
  session_config = session.session_config()
  os.environ.update(session_presets.environment(session_config))
  settings = evaluation.asked_for()
  # Not before: these start TensorFlow.
  from vae_graph.evaluation.run_report import make_report_run
  from vae_graph.inference.output_files import writing
  from vae_graph.report import build_report
  from vae_graph.runs.directory import RunDirectory

  # All of them, before the first is evaluated.
  data_configs = [RunDirectory.load(logdir).config.data for logdir in logdirs]
  if _DATA_DIR.value is not None:
    data_configs = [
      dataclasses.replace(config, data_dir=_DATA_DIR.value)
      for config in data_configs
    ]
  runs = []
  for logdir, name, data_config in zip(logdirs, names, data_configs):
    with tqdm.tqdm(
      unit=" images", desc=name, file=sys.stderr, disable=None
    ) as bar:
      runs.append(
        make_report_run(
          logdir, name, settings, data_config, session_config, bar.update
        )
      )
  output = _OUTPUT.value or os.path.join(logdirs[0], "report.html")
  with writing(output):
    files.write_atomically(output, build_report(runs, _TITLE.value))
  print(output)


if __name__ == "__main__":
  app.run(main)
