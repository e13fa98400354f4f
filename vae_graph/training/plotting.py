"""What the trained model shows, fetched from the session and drawn."""

import os

import numpy as np

from vae_graph import plots
from vae_graph.data.dataset import to_unit_interval
from vae_graph.randomness import evaluation_seed

_NUM_SAMPLES = 100
_NUM_RECONSTRUCTIONS = 20


def draw_pictures(session, graph, run, test, codes, step=None):
  """Draws codes, samples, reconstructions and the training curve.

  Args:
    session: a `tf.Session` of the graph.
    graph: a `TrainGraph`.
    run: a `RunDirectory`.
    test: a `Split` of n test images.
    codes: floats `[n, code_size]`, those of the images.
    step: the global step after which to name their folder; None: the last.

  Returns:
    `{name: path}` of the PNG files.
  """
  paths = {
    name: run.plot_path(name, step)
    for name in ("codes", "samples", "reconstructions", "training_curve")
  }
  os.makedirs(os.path.dirname(paths["codes"]), exist_ok=True)
  plots.plot_codes(paths["codes"], codes, labels=test.labels)
  samples = session.run(
    graph.samples,
    {graph.num_samples: _NUM_SAMPLES, graph.noise_seed: evaluation_seed(0)},
  )
  plots.plot_samples(paths["samples"], samples)
  observed, reconstructed = session.run(
    [graph.observation, graph.reconstruction],
    {
      graph.data: to_unit_interval(test.images[:_NUM_RECONSTRUCTIONS]),
      graph.noise_seed: evaluation_seed(0),
    },
  )
  plots.plot_reconstructions(
    paths["reconstructions"], observed, reconstructions=reconstructed
  )
  plots.plot_training_curve(paths["training_curve"], run.read_metrics())
  return paths


def compute_codes(session, graph, images, batch_size):
  """Returns the posterior means of images, float32 `[n, code_size]`.

  Args:
    session: a `tf.Session` of the graph.
    graph: a `TrainGraph`.
    images: uint8 or float32 `[n, *image_shape]`.
    batch_size: images at a time.
  """
  parts = []
  for start in range(0, len(images), batch_size):
    feed = {
      graph.data: to_unit_interval(images[start : start + batch_size]),
      graph.noise_seed: evaluation_seed(start),
    }
    parts.append(session.run(graph.code_mean, feed))
  return np.concatenate(parts)
