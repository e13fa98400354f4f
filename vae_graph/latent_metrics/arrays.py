"""Checks of the arrays that figures are made of."""

import numpy as np

from vae_graph import errors


def check_codes(codes, name, *, size=None):
  """Returns codes as a float64 array, which may be the caller's own.

  Args:
    codes: floats `[n, d]`.
    name: what they are, for messages.
    size: the d that is expected, if it matters.

  Raises:
    ValueError: they have another shape.
    DataError: there are none.
    NonFiniteError: some are not finite.
  """
  codes = np.asarray(codes, np.float64)
  if codes.ndim != 2 or not codes.shape[1]:
    raise ValueError(f"{name} must be [n, d], found {list(codes.shape)}")
  if size is not None and codes.shape[1] != size:
    raise ValueError(f"{name} must be [n, {size}], found {list(codes.shape)}")
  if not len(codes):
    raise errors.DataError(
      f"{name}: no codes found, expected those of one image or more"
    )
  wrong = np.count_nonzero(~np.isfinite(codes).all(axis=1))
  if wrong:
    raise errors.NonFiniteError(
      f"{name}: {wrong:,} of {len(codes):,} hold a NaN or infinity; try a"
      " smaller --learning_rate"
    )
  return codes


def check_labels(labels, name, *, codes):
  """Returns labels as an array.

  Args:
    labels: classes `[n]`.
    name: what they are, for messages.
    codes: the codes `[n, d]` that they belong to.

  Raises:
    ValueError: they have another shape.
  """
  labels = np.asarray(labels)
  if labels.shape != codes.shape[:1]:
    raise ValueError(
      f"{name} must be [{len(codes)}] like the codes, found"
      f" {list(labels.shape)}"
    )
  return labels
