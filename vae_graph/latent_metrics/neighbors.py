"""Nearest neighbors: classification by the nearest codes."""

import numpy as np

from vae_graph import errors
from vae_graph.latent_metrics.arrays import check_codes, check_labels

# Pairs of codes at a time: 32 MiB for each matrix of them.
_PAIRS = 2**22


def knn_accuracy(train_codes, train_labels, *, test_codes, test_labels, k=5):
  """Share of test codes whose label is that of most of their neighbors.

  Neighbors are the k training codes at the least Euclidean distance; which
  ones of several at the same distance is left open. Of labels that are equally
  frequent among them, the smallest wins, as in scikit-learn.

  Args:
    train_codes: floats `[n, d]`.
    train_labels: classes `[n]`.
    test_codes: floats `[m, d]`.
    test_labels: classes `[m]`.
    k: number of neighbors, from 1 to n.

  Returns:
    A float in [0, 1].

  Raises:
    DataError: there are fewer training codes than k.
  """
  train_codes = check_codes(train_codes, "train_codes")
  test_codes = check_codes(test_codes, "test_codes", size=train_codes.shape[1])
  train_labels = check_labels(train_labels, "train_labels", codes=train_codes)
  test_labels = check_labels(test_labels, "test_labels", codes=test_codes)
  if k < 1:
    raise ValueError(f"k must be at least 1, found {k}")
  if k > len(train_codes):
    raise errors.DataError(
      f"knn_accuracy: {k} neighbors asked for, {len(train_codes)} training"
      " codes found; take a smaller k"
    )
  classes, train_numbers = np.unique(train_labels, return_inverse=True)
  # Distances stay what they are, and are more precise.
  center = train_codes.mean(axis=0)
  train_codes, test_codes = train_codes - center, test_codes - center
  half_squares = 0.5 * (train_codes**2).sum(axis=1)
  rows = max(1, _PAIRS // len(train_codes))
  correct = 0
  for start in range(0, len(test_codes), rows):
    chunk = slice(start, start + rows)
    # Half the squared distance, less what is the same for all training codes.
    distances = half_squares - test_codes[chunk] @ train_codes.T
    nearest = np.argpartition(distances, k - 1, axis=1)[:, :k]
    winners = _majority(train_numbers[nearest], len(classes))
    correct += np.count_nonzero(classes[winners] == test_labels[chunk])
  return correct / len(test_codes)


def _majority(numbers, num_classes):
  """Returns the most frequent number of each row, the smallest of equals."""
  rows = np.arange(len(numbers))[:, np.newaxis]
  votes = np.zeros((len(numbers), num_classes), np.int64)
  np.add.at(votes, (rows, numbers), 1)
  return votes.argmax(axis=1)
