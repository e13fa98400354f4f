"""The objective's terms on a whole split, every image counted once."""

import typing
from typing import Dict, Optional

import numpy as np

from vae_graph.config.combinations import whole_batch_part
from vae_graph.data.dataset import to_unit_interval
from vae_graph.randomness import evaluation_seed


class SplitTerms(typing.NamedTuple):
  """The terms of a split of n images, and their codes.

  means: `{name: float}`, the means over the split of the terms that the
    objective has, in nats per image, and `elbo_stderr`, the standard error of
    `elbo` over the images. `loss` is the mean of the batches' losses.
  code_means: float32 `[n, code_size]`, the means of the posteriors.
  code_stddevs: float32 `[n, code_size]`, or None where they have no closed
    form.
  """

  means: Dict[str, float]
  code_means: np.ndarray
  code_stddevs: Optional[np.ndarray]


def in_evaluation_order(images, objective):
  """Returns a split's images in the order in which to evaluate them.

  That is their own, but a loss that compares what a whole batch has in common
  needs batches that are each like the split, which those of a file are not:
  its classes may come one after another. So for such a loss the order is
  random, and always the same.

  Args:
    images: `[n, *image_shape]`.
    objective: an `ObjectiveConfig`.
  """
  if not whole_batch_part(objective):
    return images
  return images[np.random.RandomState(0).permutation(len(images))]


def compute_split_terms(
  session, train_graph, *, images, batch_size, poll=lambda: None
):
  """Computes the terms of a split with one posterior sample per image.

  The noise is the same at every call, so that two results differ by the
  weights alone.

  Args:
    session: a `tf.Session` of the graph.
    train_graph: a `TrainGraph`.
    images: uint8 or float32 `[n, *image_shape]`.
    batch_size: images at a time; the last batch may be smaller.
    poll: function without arguments, called before each batch; what it raises
      ends the computation.

  Returns:
    A `SplitTerms`.
  """
  terms = train_graph.per_image.defined()
  codes = {"code_means": train_graph.code_mean}
  if train_graph.code_stddev is not None:
    codes["code_stddevs"] = train_graph.code_stddev
  values = {name: [] for name in (*terms, *codes)}
  for start in range(0, len(images), batch_size):
    poll()
    batch = to_unit_interval(images[start : start + batch_size])
    feed = {
      train_graph.data: batch,
      train_graph.noise_seed: evaluation_seed(start),
    }
    for name, value in session.run({**terms, **codes}, feed).items():
      # A batch's loss counts once for each of its images.
      value = np.broadcast_to(value, len(batch)) if name in terms else value
      values[name].append(value)
  values = {name: np.concatenate(parts) for name, parts in values.items()}
  means = {name: float(values[name].mean(dtype=np.float64)) for name in terms}
  if "elbo" in values:
    elbos = values["elbo"].astype(np.float64)
    spread = elbos.std(ddof=1) if len(images) > 1 else np.nan
    means["elbo_stderr"] = float(spread / np.sqrt(len(images)))
  return SplitTerms(means, values["code_means"], values.get("code_stddevs"))
