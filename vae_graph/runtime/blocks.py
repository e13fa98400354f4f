"""How many images are worked on at once: as many as memory is meant for.

The result for an image does not depend on it, but for what its floats round to:
noise is drawn for groups of images, and a block is the whole group or a part.
"""

import numpy as np

from vae_graph.compat import tf

# Bytes that a block may take, beside the images themselves and the weights.
MEMORY = 2**30
# Of one group's noise, where it is drawn for each pixel: a quarter of that.
_NOISE_NUMBERS = 2**26
# What one op reads and writes, and as much for those under way beside it.
_OPS_AT_A_TIME = 2


def images_at_once(fetches, *, at_most, samples=1, memory=None):
  """Returns how many images fit into memory while tensors are computed.

  Args:
    fetches: tensors whose first axis is that of the images.
    at_most: the largest result.
    samples: rows that an image takes in a tensor, at most.
    memory: bytes; by default `MEMORY`.

  Returns:
    An integer, at least 1.
  """
  each = _OPS_AT_A_TIME * samples * _bytes_of_largest_op(fetches)
  return int(min(at_most, max(1, (memory or MEMORY) // max(1, each))))


def group_size(image_shape, *, at_most):
  """Returns for how many images noise is drawn together.

  Args:
    image_shape: `(height, width)` or `(height, width, channels)`.
    at_most: the largest result, which all but huge images have.
  """
  return int(np.clip(_NOISE_NUMBERS // np.prod(image_shape), 1, at_most))


def _bytes_of_largest_op(fetches):
  """Returns how much of a row an op before the fetches handles at most."""
  seen, waiting, largest = set(), [each.op for each in fetches], 0
  while waiting:
    op = waiting.pop()
    if op in seen:
      continue
    seen.add(op)
    inputs = list(op.inputs)
    waiting += [each.op for each in inputs]
    largest = max(largest, sum(map(_bytes_of_row, inputs + list(op.outputs))))
  return largest


def _bytes_of_row(tensor):
  """Returns the bytes of a row; of what has no rows of a batch, nothing."""
  shape = tensor.shape
  if not shape.ndims or tensor.dtype.base_dtype in (tf.resource, tf.string):
    return 0
  sizes = shape.as_list()
  if sizes[0] is not None:
    return 0
  row = np.prod([size for size in sizes[1:] if size is not None], initial=1)
  return int(row) * tensor.dtype.size
