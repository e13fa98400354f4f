r"""Measures a trained model, or each checkpoint of a training that goes on.

    python -m scripts.evaluate --logdir=DIR --importance_samples=5000

Prints a table, and writes evaluation.json into the run's folder, or the file
that --output names. What each figure means stands in docs/evaluation.md.
"""

import os
import sys

import tqdm
from absl import flags as absl_flags

import vae_graph
from flags import evaluation, inference, output, run_data, runs, session
from scripts import app
from vae_graph import errors

# For --help to list them.
for module in (evaluation, inference, output, run_data, session, app):
  absl_flags.adopt_module_key_flags(module)

_FOLLOW = absl_flags.DEFINE_boolean(
  "follow",
  False,
  "Evaluate each new checkpoint, until training ends or is silent for"
  " --follow_timeout.",
)
_FOLLOW_TIMEOUT = absl_flags.DEFINE_float(
  "follow_timeout",
  1800,
  "Seconds without a new checkpoint after which --follow ends.",
  lower_bound=0,
)


def main():
  """Evaluates as the flags say; returns the exit code."""
  logdir = runs.logdir()
  session_config = session.session_config()
  os.environ.update(vae_graph.session_environment(session_config))
  evaluation_config = evaluation.evaluation_config()
  checkpoint = inference.checkpoint()
  if _FOLLOW.value and checkpoint is not None:
    raise errors.ConfigError(
      "--follow evaluates the latest checkpoints, found"
      f" --checkpoint={checkpoint}; leave one of the two out"
    )
  run = vae_graph.RunDirectory.load(logdir)
  data_config = run_data.data_config(run.settings().config.data)
  path = output.path("a JSON file", default=run.evaluation_path)
  vae_graph.check_outside_data(path, data_config, name="output")
  vae_graph.try_output(path)
  dataset = vae_graph.load_observed_dataset(data_config)
  total = len(getattr(dataset, evaluation_config.split).images)
  total = min(total, evaluation_config.max_images or total)

  def evaluate():
    with tqdm.tqdm(
      total=total, unit=" images", file=sys.stderr, disable=None
    ) as bar:
      result = vae_graph.evaluate_run(
        logdir,
        dataset,
        evaluation_config=evaluation_config,
        checkpoint=checkpoint,
        session_config=session_config,
        progress=bar.update,
        keep=False,
      )
    # Printed whatever becomes of the file.
    print(vae_graph.evaluation_table(result), flush=True)
    if os.path.realpath(path) == os.path.realpath(run.evaluation_path):
      run.write_evaluation(result)
    else:
      vae_graph.write_evaluation(path, result)
    print(f"written to {path}", flush=True)
    return result

  if not _FOLLOW.value:
    evaluate()
    return 0
  ended = vae_graph.follow_run(
    logdir,
    evaluate,
    num_train_images=len(dataset.train.images),
    timeout=_FOLLOW_TIMEOUT.value,
  )
  if not ended:
    print(
      f"no new checkpoint for {_FOLLOW_TIMEOUT.value:g} seconds; a larger"
      " --follow_timeout waits longer",
      file=sys.stderr,
    )
  return 0


if __name__ == "__main__":
  app.run(main)
