"""Randomness as a pure function of (seed, purpose, global step, replica).

No op here keeps a state, so a training step depends on nothing but the
checkpoint before it, and `tf.random.stateless_*` gives the same bits on every
supported TensorFlow (outside XLA). The order of an epoch is integer work on the
host, from NumPy's frozen `RandomState` stream.
"""

import copy
import hashlib
import re
import typing
from typing import Any

import numpy as np

from vae_graph import errors
from vae_graph.compat import tf


def step_seed(
  seed: int, step: Any, *, purpose: str = "posterior", replica: int = 0
) -> tf.Tensor:
  """Returns the seed of one purpose at one training step.

  Args:
    seed: the run's seed, a Python integer.
    step: the global step, an integer or a scalar integer tensor.
    purpose: what is drawn, such as `posterior` or `binarization`; two purposes
      draw independent numbers.
    replica: index of the tower or worker, a Python integer.

  Returns:
    An int64 tensor `[2]` for `tf.random.stateless_*`.
  """
  key = _hash(f"{seed}/{purpose}/{replica}")
  return tf.stack([tf.constant(key, tf.int64), tf.cast(step, tf.int64)])


class BatchSeed(typing.NamedTuple):
  """A seed for some rows of a batch, which draws what the whole batch would.

  So a batch that is divided between towers gets the same noise as a batch that
  is not. Wherever a `seed` is asked for, this will do too.

  seed: integer tensor `[2]`.
  start: index of the first row, an integer or a scalar int32 tensor.
  total: rows of the whole batch, likewise; a tensor may be 0, for those up to
    the last row.
  """

  seed: Any
  start: Any
  total: Any


class NoiseInputs:
  """Takes a seed's place where noise is to be fed rather than drawn.

  Whatever is drawn from it becomes a placeholder, so a part of any kind can be
  built without a random op. Noise of a seed for another purpose (see `fold_in`)
  is another placeholder; the same noise, asked for again, is the same one.

  Args:
    scope: name scope of the placeholders.

  Attributes:
    placeholders: dict from the name of each, such as `noise` (standard
      Gaussian) or `component_uniform` (in [0, 1), of the purpose `component`),
      to the placeholder.
  """

  def __init__(self, scope):
    self.placeholders = {}
    self._scope = scope
    self._purposes = ()

  def for_purpose(self, purpose):
    """Returns the `NoiseInputs` of another purpose; see `fold_in`."""
    other = copy.copy(self)
    other._purposes = (*self._purposes, purpose)
    return other

  def take(self, kind, shape):
    """Returns the placeholder of some noise.

    Args:
      kind: how its name ends, `noise` or `uniform`.
      shape: as in `normal`.

    Raises:
      UnsupportedError: there is one of that name and of another shape.
    """
    name = re.sub(r"\W", "_", "_".join((*self._purposes, kind)))
    # What is known of the shape, which may be a tensor.
    static = tf.zeros(shape).shape
    if name not in self.placeholders:
      with tf.name_scope(f"{self._scope}/"):
        self.placeholders[name] = tf.placeholder(tf.float32, static, name=name)
    found = self.placeholders[name]
    if found.shape.as_list() != static.as_list():
      raise errors.UnsupportedError(
        f"noise {name} is drawn in two shapes, {found.shape} and {static}, and"
        " cannot be one input; draw each from a seed of its own, by fold_in"
      )
    return found


def check_seed(seed, *, op):
  """Raises unless a seed is one, before any op is made.

  Args:
    seed: an integer tensor `[2]`, a pair of integers, a `BatchSeed` or
      `NoiseInputs`.
    op: name of what takes it, for the message.

  Raises:
    TensorError: it is of another dtype or shape.
  """
  if isinstance(seed, NoiseInputs):
    return
  key = seed.seed if isinstance(seed, BatchSeed) else seed
  if isinstance(key, (list, tuple)):
    found, right = repr(key), len(key) == 2 and all(map(_is_integer, key))
  elif isinstance(key, np.ndarray) or tf.is_tensor(key):
    dtype, shape = tf.as_dtype(key.dtype), tf.TensorShape(key.shape)
    found = f"{dtype.name} {shape}"
    right = dtype.is_integer and shape.is_compatible_with([2])
  else:
    found, right = repr(key), False
  if not right:
    raise errors.TensorError(
      f"{op}: seed must be two integers or a BatchSeed, found {found}; make one"
      " by vae_graph.step_seed(seed, step)"
    )


def _is_integer(value):
  return tf.is_tensor(value) or isinstance(value, (int, np.integer))


def fold_in(seed, purpose):
  """Returns a seed that is independent of `seed`, for another purpose.

  Args:
    seed: an integer tensor `[2]`, a pair of Python integers, a `BatchSeed` or
      `NoiseInputs`.
    purpose: what is drawn from it.

  Returns:
    An int64 tensor `[2]`, or a `BatchSeed` or `NoiseInputs` likewise.
  """
  if isinstance(seed, NoiseInputs):
    return seed.for_purpose(purpose)
  if isinstance(seed, BatchSeed):
    return seed._replace(seed=fold_in(seed.seed, purpose))
  seed = tf.cast(tf.convert_to_tensor(seed), tf.int64)
  mask = tf.constant([_hash(purpose), 0], tf.int64)
  return tf.bitwise.bitwise_xor(seed, mask)


def normal(shape, seed, *, batch_axis=0):
  """Draws standard Gaussian noise.

  Args:
    shape: the shape to draw, integers or an integer tensor.
    seed: integer tensor `[2]`, a `BatchSeed` or `NoiseInputs`.
    batch_axis: which axis a `BatchSeed` divides.

  Returns:
    float32 of that shape.
  """
  if isinstance(seed, NoiseInputs):
    return seed.take("noise", shape)
  return _draw(tf.random.stateless_normal, shape, seed, batch_axis)


def uniform(shape, seed, *, batch_axis=0):
  """Draws numbers in [0, 1); arguments as in `normal`."""
  if isinstance(seed, NoiseInputs):
    return seed.take("uniform", shape)
  return _draw(tf.random.stateless_uniform, shape, seed, batch_axis)


def _draw(distribution, shape, seed, batch_axis):
  if not isinstance(seed, BatchSeed):
    return distribution(shape, seed)
  shape = tf.convert_to_tensor(shape)
  rows = shape[batch_axis]
  total = seed.total
  if tf.is_tensor(total):
    total = tf.maximum(total, seed.start + rows)
  parts = [shape[:batch_axis], [total], shape[batch_axis + 1 :]]
  whole = distribution(tf.concat(parts, axis=0), seed.seed)
  return tf.gather(whole, seed.start + tf.range(rows), axis=batch_axis)


def evaluation_seed(start):
  """Returns the seed of an evaluation batch, to be fed.

  Args:
    start: index of the batch's first image in its split.

  Returns:
    int64 array `[2]`, the same in every run and at every step.
  """
  return np.array([_hash("evaluation"), start], np.int64)


def epoch_order(seed, epoch, *, num_images):
  """Returns the order in which an epoch visits the training images.

  Args:
    seed: the run's seed, a Python integer.
    epoch: index of the epoch, from 0.
    num_images: number of training images.

  Returns:
    A permutation of `range(num_images)`, int32 `[num_images]`, the same on
    every platform and NumPy.
  """
  key = _hash(f"{seed}/order/{epoch}")
  state = np.random.RandomState([key & 0xFFFFFFFF, key >> 32])
  return state.permutation(num_images).astype(np.int32)


def _hash(text):
  """Returns 63 bits of the text's SHA-256, the same in every process."""
  digest = hashlib.sha256(text.encode("utf-8")).digest()
  return int.from_bytes(digest[:8], "big") >> 1
