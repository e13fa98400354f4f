"""Where points of a plane are: projected to it, and apart from each other."""

import numpy as np


def principal_components(codes):
  """Projects codes onto their first two principal components.

  Args:
    codes: floats `[n, code_size]`, code_size at least 2.

  Returns:
    The projections `[n, 2]`, centered, and the two shares of the whole variance
    that they explain. Each component's sign makes its largest weight positive,
    so that a picture does not flip from one evaluation to the next.
  """
  centered = codes - codes.mean(axis=0)
  covariance = centered.T @ centered / len(codes)
  directions, variances, _ = np.linalg.svd(covariance)
  directions = directions[:, :2]
  largest = np.abs(directions).argmax(axis=0)
  directions = directions * np.sign(directions[largest, [0, 1]])
  shares = variances[:2] / max(variances.sum(), np.finfo(float).tiny)
  return centered @ directions, shares


def spread_apart(positions, *, distance):
  """Moves positions that nearly coincide apart, and leaves the others.

  Args:
    positions: `[n, 2]`.
    distance: what any two of them shall be apart, as far as fifty rounds of
      pushing achieve it.

  Returns:
    The new positions, float64 `[n, 2]`.
  """
  positions = np.array(positions, np.float64)
  for _ in range(50):
    between = positions[:, np.newaxis] - positions
    # Equal positions part along the first axis, in their order.
    equal = ~between.any(axis=-1)
    order = np.arange(len(positions))
    between[..., 0] += equal * np.sign(order[:, np.newaxis] - order)
    length = np.hypot(between[..., 0], between[..., 1])
    lack = np.where(equal, distance, np.maximum(distance - length, 0))
    direction = (
      between / np.maximum(length, np.finfo(float).tiny)[..., np.newaxis]
    )
    positions += (direction * lack[..., np.newaxis] / 2).sum(axis=1)
  return positions
