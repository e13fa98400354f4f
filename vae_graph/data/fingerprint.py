"""Fingerprints of arrays: equal where every bit is, and else not.

They tell whether two runs, or two evaluations, saw the same images.
"""

import hashlib

import numpy as np

# Copied at a time, where an array is not in one piece.
_CHUNK_BYTES = 2**22


def fingerprint(arrays):
  """Returns 32 hexadecimal digits that depend on all of the arrays.

  Args:
    arrays: of numbers, or None in place of one.
  """
  # As fast on any processor, which SHA-256 is not.
  digest = hashlib.blake2b(digest_size=16)
  for array in arrays:
    if array is None:
      digest.update(b"none;")
      continue
    array = np.atleast_1d(array)
    digest.update(f"{array.dtype.str}{array.shape};".encode())
    rows = max(1, _CHUNK_BYTES // max(1, array[:1].nbytes))
    for start in range(0, len(array), rows):
      chunk = np.ascontiguousarray(array[start : start + rows])
      digest.update(chunk.reshape(-1).view(np.uint8))
  return digest.hexdigest()


def dataset_fingerprint(dataset):
  """Returns what tells a `Dataset` from others, as a dict of JSON types.

  It is of the images as they are in memory: black and white ones where
  binarization is static, and gray ones where it is dynamic.

  Returns:
    `{"train": ..., "test": ...}`, each a dict with the count of `images`, their
    `shape` and `dtype`, and the `hash` of images and labels.
  """
  return {
    name: {
      "images": len(split.images),
      "shape": list(split.images.shape[1:]),
      "dtype": str(split.images.dtype),
      "hash": fingerprint(split),
    }
    for name, split in (("train", dataset.train), ("test", dataset.test))
  }
