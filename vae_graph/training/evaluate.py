"""The ELBO of a whole split, every image counted once."""

import typing

import numpy as np

from vae_graph.data.dataset import to_unit_interval
from vae_graph.randomness import evaluation_seed


class Evaluation(typing.NamedTuple):
  """Means over a split, in nats per image.

  elbo_stderr is the standard error of `elbo` over the images.
  """

  elbo: float
  elbo_stderr: float
  rate: float
  distortion: float


def evaluate(session, graph, images, batch_size):
  """Evaluates a split with one posterior sample per image.

  The noise is the same at every call, so that two evaluations differ by the
  weights alone.

  Args:
    session: a `tf.Session` of the graph.
    graph: a `TrainGraph`.
    images: uint8 or float32 `[n, *image_shape]`.
    batch_size: images at a time; the last batch may be smaller.

  Returns:
    An `Evaluation`.
  """
  fetches = {
    name: getattr(graph.per_image, name)
    for name in ("elbo", "rate", "distortion")
  }
  parts = []
  for start in range(0, len(images), batch_size):
    feed = {
      graph.data: to_unit_interval(images[start : start + batch_size]),
      graph.noise_seed: evaluation_seed(start),
    }
    parts.append(session.run(fetches, feed))
  values = {
    name: np.concatenate([part[name] for part in parts]).astype(np.float64)
    for name in fetches
  }
  spread = values["elbo"].std(ddof=1) if len(images) > 1 else np.nan
  return Evaluation(
    elbo=float(values["elbo"].mean()),
    elbo_stderr=float(spread / np.sqrt(len(images))),
    rate=float(values["rate"].mean()),
    distortion=float(values["distortion"].mean()),
  )
