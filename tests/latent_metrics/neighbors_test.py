from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized
from sklearn.neighbors import KNeighborsClassifier

from vae_graph import errors
from vae_graph.latent_metrics import neighbors


def clusters(n, size, classes=10, seed=0):
  """Codes whose classes overlap, and labels that do not begin at 0."""
  random = np.random.RandomState(seed)
  numbers = random.randint(classes, size=n)
  centers = np.random.RandomState(99).randn(classes, size)
  codes = centers[numbers] + 0.8 * random.randn(n, size)
  return codes.astype(np.float32), 3 * numbers + 7


class KnnAccuracyTest(parameterized.TestCase):
  # With an even k, many votes are equal.
  @parameterized.parameters((1, 5), (2, 1), (2, 2), (2, 4), (16, 5), (64, 6))
  def test_is_scikit_learns(self, size, k):
    train, train_labels = clusters(1000, size)
    test, test_labels = clusters(300, size, seed=1)
    classifier = KNeighborsClassifier(k, algorithm="brute")
    classifier.fit(train.astype(np.float64), train_labels)
    self.assertEqual(
      neighbors.knn_accuracy(
        train, train_labels, test_codes=test, test_labels=test_labels, k=k
      ),
      classifier.score(test.astype(np.float64), test_labels),
    )

  def test_smallest_of_equally_frequent_labels_wins(self):
    train, train_labels = [[0.0], [1.0], [2.0], [9.0]], [5, 3, 3, 3]
    # The nearest is of label 5, the nearest two are one of each.
    for k, winner in ((1, 5), (2, 3), (3, 3)):
      self.assertEqual(
        neighbors.knn_accuracy(
          train, train_labels, test_codes=[[0.1]], test_labels=[winner], k=k
        ),
        1,
      )

  def test_is_the_same_in_chunks(self):
    train, test = clusters(50, 2), clusters(23, 2, seed=1)
    tested = dict(zip(("test_codes", "test_labels"), test))
    whole = neighbors.knn_accuracy(*train, **tested)
    self.assertBetween(whole, 0.1, 0.9)
    # Two rows at a time, the last one alone.
    with mock.patch.object(neighbors, "_PAIRS", 100):
      self.assertEqual(neighbors.knn_accuracy(*train, **tested), whole)

  def test_is_precise_far_from_the_origin(self):
    (train, labels), (test, test_labels) = (
      clusters(300, 2),
      clusters(100, 2, seed=1),
    )
    near = neighbors.knn_accuracy(
      train, labels, test_codes=test, test_labels=test_labels
    )
    far = [codes.astype(np.float64) + 1e6 for codes in (train, test)]
    self.assertEqual(
      neighbors.knn_accuracy(
        far[0], labels, test_codes=far[1], test_labels=test_labels
      ),
      near,
    )

  def test_one_class_and_classes_that_training_lacks(self):
    train, _ = clusters(20, 2)
    found = neighbors.knn_accuracy(
      train, np.full(20, 4), test_codes=train[:4], test_labels=[4, 4, 4, 1]
    )
    self.assertEqual(found, 0.75)

  def test_constant_codes_are_at_chance(self):
    labels = np.arange(100) % 10
    codes = np.full((100, 3), 0.1)
    # Whichever neighbors are taken, all test codes have the same.
    found = neighbors.knn_accuracy(
      codes, labels, test_codes=codes, test_labels=labels
    )
    self.assertAlmostEqual(found, 0.1)

  def test_as_many_neighbors_as_training_codes(self):
    train, labels = [[0.0], [1.0], [2.0]], [1, 2, 2]
    self.assertEqual(
      neighbors.knn_accuracy(
        train, labels, test_codes=[[0.0]], test_labels=[2], k=3
      ),
      1,
    )
    with self.assertRaisesRegex(
      errors.DataError, "5 neighbors asked for, 3 training codes found"
    ):
      neighbors.knn_accuracy(train, labels, test_codes=[[0.0]], test_labels=[2])

  def test_refuses_what_does_not_fit(self):
    codes, labels = np.zeros((6, 2)), np.zeros(6)
    for train, test, k, message in (
      ((codes, labels), (codes, labels), 0, "k must be at least 1, found 0"),
      (
        (codes, labels[1:]),
        (codes, labels),
        5,
        r"train_labels must be \[6\] like",
      ),
      (
        (codes, labels),
        (codes[:, :1], labels),
        5,
        r"test_codes must be \[n, 2\]",
      ),
      (
        (codes, labels),
        (codes * np.nan, labels),
        5,
        "test_codes: 6 of 6 hold a NaN",
      ),
    ):
      with self.subTest(message), self.assertRaisesRegex(
        (ValueError, errors.NonFiniteError), message
      ):
        neighbors.knn_accuracy(
          *train, test_codes=test[0], test_labels=test[1], k=k
        )


if __name__ == "__main__":
  absltest.main()
