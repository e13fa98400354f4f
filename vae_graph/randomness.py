"""Randomness as a pure function of (seed, purpose, global step, replica).

No op here keeps a state, so a training step depends on nothing but the
checkpoint before it, and `tf.random.stateless_*` gives the same bits on every
supported TensorFlow (outside XLA). The order of an epoch is integer work on the
host, from NumPy's frozen `RandomState` stream.
"""

import hashlib

import numpy as np

from vae_graph.compat import tf


def step_seed(seed, step, purpose="posterior", replica=0):
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


def fold_in(seed, purpose):
  """Returns a seed that is independent of `seed`, for another purpose.

  Args:
    seed: an integer tensor `[2]`, or a pair of Python integers.
    purpose: what is drawn from it.

  Returns:
    An int64 tensor `[2]`.
  """
  seed = tf.cast(tf.convert_to_tensor(seed), tf.int64)
  mask = tf.constant([_hash(purpose), 0], tf.int64)
  return tf.bitwise.bitwise_xor(seed, mask)


def evaluation_seed(start):
  """Returns the seed of an evaluation batch, to be fed.

  Args:
    start: index of the batch's first image in its split.

  Returns:
    int64 array `[2]`, the same in every run and at every step.
  """
  return np.array([_hash("evaluation"), start], np.int64)


def epoch_order(seed, epoch, num_images):
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
