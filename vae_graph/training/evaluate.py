"""The objective's terms on a whole split, every image counted once."""

import numpy as np

from vae_graph.data.dataset import to_unit_interval
from vae_graph.randomness import evaluation_seed


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
    `{name: float}`: the means over the split of the terms that the objective
    has, in nats per image, and `elbo_stderr`, the standard error of `elbo` over
    the images. `loss` is the mean of the batches' losses.
  """
  terms = graph.per_image.defined()
  values = {name: [] for name in terms}
  for start in range(0, len(images), batch_size):
    batch = to_unit_interval(images[start : start + batch_size])
    feed = {graph.data: batch, graph.noise_seed: evaluation_seed(start)}
    for name, value in session.run(terms, feed).items():
      # A batch's loss counts once for each of its images.
      values[name].append(np.broadcast_to(value, len(batch)))
  values = {
    name: np.concatenate(parts).astype(np.float64)
    for name, parts in values.items()
  }
  means = {name: float(value.mean()) for name, value in values.items()}
  if "elbo" in values:
    spread = values["elbo"].std(ddof=1) if len(images) > 1 else np.nan
    means["elbo_stderr"] = float(spread / np.sqrt(len(images)))
  return means
