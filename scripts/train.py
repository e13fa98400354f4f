r"""Trains a variational autoencoder, or goes on with a run.

    python -m scripts.train --preset=hafner_mnist --data_dir=DIR --logdir=DIR

The same command with the same --logdir goes on where a stopped run ended.
"""

import os
import sys

from absl import flags as absl_flags

import vae_graph
from flags import experiment, preset, runs
from scripts import app, signals

# For --help to list them.
for module in (preset, experiment, runs, app):
  absl_flags.adopt_module_key_flags(module)

_ALLOW_OTHER_DATA = absl_flags.DEFINE_boolean(
  "allow_other_data",
  False,
  "Go on with a run though its data set is no longer the one it began with.",
)


def main():
  """Trains as the flags say; returns the exit code."""
  logdir = runs.logdir("a folder for the run, new or to be resumed")
  experiment_config = experiment.experiment_config()
  session_environment = vae_graph.session_environment(experiment_config.session)
  os.environ.update(session_environment)
  with signals.polled() as should_stop:
    result = vae_graph.train(
      experiment_config,
      logdir,
      # Said once, it does not hold for later starts.
      flags_text=app.flags_text(leave_out=(_ALLOW_OTHER_DATA.name,)),
      allow_other_data=_ALLOW_OTHER_DATA.value,
      should_stop=should_stop,
    )
  if not result.complete:
    print(
      f"stopped at step {result.step:,}; the same command goes on from there",
      file=sys.stderr,
    )
    return signals.exit_code()
  print(_summary(result, experiment_config.data))
  print(f"pictures: {vae_graph.RunDirectory(logdir).plots_folder}")
  return 0


def _summary(result, data_config):
  metrics = result.metrics
  # A posterior without a density has no ELBO.
  figure = f"loss {_number(metrics['test_loss'], 4)}"
  samples = ""
  if "test_elbo" in metrics:
    figure = (
      f"ELBO {_number(metrics['test_elbo'])} nats per image (standard error"
      f" {_number(metrics['test_elbo_stderr'])})"
    )
    samples = ", one sample each"
  return (
    f"test {figure} at step {result.step:,}, epoch {metrics['epoch']:.4g};"
    f" {data_config.dataset} test images, {data_config.pixels} pixels{samples}"
  )


def _number(value, digits=2):
  """Returns a figure as text, a dash where there is none."""
  return "\N{EM DASH}" if value is None else f"{value:.{digits}f}"


if __name__ == "__main__":
  app.run(main)
