"""The objective's terms on a whole split, every image counted once.

The noise of an image is that of its place in a group of a thousand, so a figure
is the same however many images are worked on at once. Only a loss that is of a
whole batch has noise, and figures, of the batches that there are.
"""

import typing
from typing import Dict, Optional

import numpy as np

from vae_graph.config.combinations import whole_batch_part
from vae_graph.data.pixels import to_unit_interval
from vae_graph.randomness import evaluation_seed
from vae_graph.runtime.blocks import group_size, images_at_once

_GROUP = 1000


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


def evaluation_batches(
  train_graph,
  images,
  *,
  fetches,
  batch_size,
  train_batch_size=1,
  poll=lambda: None,
):
  """Yields the sizes of batches, and what to feed for each.

  Args:
    train_graph: a `TrainGraph`.
    images: uint8 or float32 `[n, *image_shape]`.
    fetches: the tensors that are to be computed.
    batch_size: images at a time, at most; fewer where they are large.
    train_batch_size: images at a time at least, where the loss is of a whole
      batch: training takes more memory for as many.
    poll: function without arguments, called before each batch; what it raises
      ends the computation.
  """
  code = train_graph.per_image.code
  size = images_at_once(
    fetches,
    at_most=batch_size,
    samples=1 if code.shape.ndims == 2 else int(code.shape[0]),
  )
  has_parts = train_graph.noise_start is not None
  if has_parts:
    group = group_size(images.shape[1:], at_most=_GROUP)
  else:
    group = size = min(max(size, train_batch_size), batch_size)
  for first in range(0, len(images), group):
    rows = min(group, len(images) - first)
    for start in range(0, rows, size):
      end = min(start + size, rows)
      poll()
      feed = {
        train_graph.data: to_unit_interval(images[first + start : first + end]),
        train_graph.noise_seed: evaluation_seed(first),
      }
      if has_parts:
        feed[train_graph.noise_start] = start
        feed[train_graph.noise_rows] = rows
      yield end - start, feed


def compute_split_terms(
  session,
  train_graph,
  *,
  images,
  batch_size,
  train_batch_size=1,
  poll=lambda: None,
):
  """Computes the terms of a split with one posterior sample per image.

  The noise is the same at every call, so that two results differ by the
  weights alone.

  Args:
    session: a `tf.Session` of the graph.
    train_graph: a `TrainGraph`.
    images: uint8 or float32 `[n, *image_shape]`.
    batch_size: images at a time, at most; see `evaluation_batches`.
    train_batch_size: as there.
    poll: as there.

  Returns:
    A `SplitTerms`.
  """
  terms = train_graph.per_image.defined()
  codes = {"code_means": train_graph.code_mean}
  if train_graph.code_stddev is not None:
    codes["code_stddevs"] = train_graph.code_stddev
  values = {name: [] for name in (*terms, *codes)}
  fetches = {**terms, **codes}
  for count, feed in evaluation_batches(
    train_graph,
    images,
    fetches=list(fetches.values()),
    batch_size=batch_size,
    train_batch_size=train_batch_size,
    poll=poll,
  ):
    for name, value in session.run(fetches, feed).items():
      # A batch's loss counts once for each of its images.
      value = np.broadcast_to(value, count) if name in terms else value
      values[name].append(value)
  values = {name: np.concatenate(parts) for name, parts in values.items()}
  means = {name: float(values[name].mean(dtype=np.float64)) for name in terms}
  if "elbo" in values:
    elbos = values["elbo"].astype(np.float64)
    spread = elbos.std(ddof=1) if len(images) > 1 else np.nan
    means["elbo_stderr"] = float(spread / np.sqrt(len(images)))
  return SplitTerms(means, values["code_means"], values.get("code_stddevs"))
