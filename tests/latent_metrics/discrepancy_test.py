import tracemalloc
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized
from sklearn.metrics import pairwise

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.latent_metrics import discrepancy
from vae_graph.objectives import mmd as objective

KERNELS = tuple(discrepancy.KERNELS)


def sample(n, size, seed=0, shift=0.0):
  return np.random.RandomState(seed).randn(n, size) + shift


def oracle(x, y):
  """The estimate with scikit-learn's kernel."""

  def mean(one, other):
    gamma = 1 / x.shape[1] ** 2
    return pairwise.rbf_kernel(one, other, gamma=gamma).mean()

  return mean(x, x) + mean(y, y) - 2 * mean(x, y)


class MmdTest(parameterized.TestCase):
  @parameterized.parameters(1, 2, 20)
  def test_rbf_is_scikit_learns(self, size):
    x, y = sample(300, size), sample(200, size, seed=1, shift=0.5)
    self.assertAlmostEqual(
      discrepancy.mmd(x, y), oracle(x, y), delta=1e-9 * oracle(x, y)
    )

  def test_has_the_kernels_of_the_objective(self):
    self.assertEqual(KERNELS, tuple(objective.KERNELS))

  @parameterized.parameters(*KERNELS)
  def test_is_that_of_the_objective(self, kernel):
    x = sample(60, 3).astype(np.float32)
    y = sample(40, 3, seed=1, shift=0.5).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      expected = session.run(
        objective.mmd(
          tf.constant(x), tf.constant(y), kernel=objective.KERNELS[kernel]
        )
      )
    self.assertAlmostEqual(
      discrepancy.mmd(x, y, kernel=kernel), expected, places=6
    )

  @parameterized.parameters(*KERNELS)
  def test_is_the_same_in_chunks(self, kernel):
    x, y = sample(23, 2), sample(10, 2, seed=1)
    whole = discrepancy.mmd(x, y, kernel=kernel)
    # The 23 rows go two at a time, the last one alone.
    with mock.patch.object(discrepancy, "_PAIRS", 20):
      self.assertAlmostEqual(
        discrepancy.mmd(x, y, kernel=kernel), whole, places=12
      )

  @parameterized.parameters(*KERNELS)
  def test_is_zero_for_equal_sets(self, kernel):
    x = sample(50, 4)
    self.assertAlmostEqual(
      discrepancy.mmd(x, x[::-1], kernel=kernel), 0, places=12
    )
    constant = np.full((5, 2), 0.1)
    self.assertEqual(discrepancy.mmd(constant, constant, kernel=kernel), 0)

  def test_of_constant_codes_is_the_closed_form(self):
    # All x are equal, and all y are: 1 + 1 - 2 k(x, y).
    found = discrepancy.mmd(np.full((7, 2), 1.0), np.full((3, 2), 2.0))
    self.assertAlmostEqual(found, 2 - 2 * np.exp(-2 / 4))
    found = discrepancy.mmd([[0.0]], [[2.0]], kernel="imq")
    self.assertAlmostEqual(found, 2 - 2 * 2 / (2 + 4))

  def test_is_precise_far_from_the_origin(self):
    x, y = sample(100, 3), sample(100, 3, seed=1, shift=0.5)
    far = discrepancy.mmd(x + 1e6, y + 1e6)
    self.assertAlmostEqual(far, discrepancy.mmd(x, y), places=8)

  def test_needs_little_memory(self):
    x = sample(4000, 10)
    tracemalloc.start()
    self.addCleanup(tracemalloc.stop)
    discrepancy.mmd(x, x, kernel="imq")
    _, peak = tracemalloc.get_traced_memory()
    # A matrix of all pairs would be 128 MB.
    self.assertLess(peak, 50e6)

  def test_refuses_what_does_not_fit(self):
    with self.assertRaisesRegex(ValueError, "one of rbf, imq, found 'linear'"):
      discrepancy.mmd([[0.0]], [[0.0]], kernel="linear")
    with self.assertRaisesRegex(ValueError, r"y must be \[n, 1\]"):
      discrepancy.mmd([[0.0]], [[0.0, 1.0]])
    with self.assertRaisesRegex(errors.NonFiniteError, "x: 1 of 1"):
      discrepancy.mmd([[np.nan]], [[0.0]])


class ExpectedMmdTest(parameterized.TestCase):
  def test_of_gaussian_samples_is_the_closed_form(self):
    # E exp(-|z - z'|^2 / d^2) = (1 + 4 / d^2)^(-d / 2).
    size, n, m = 6, 500, 2000
    expected = (1 / n + 1 / m) * (1 - (1 + 4 / size**2) ** (-size / 2))
    found = discrepancy.expected_mmd(sample(m, size), size=n)
    self.assertAlmostEqual(found, expected, delta=0.03 * expected)

  @parameterized.parameters(*KERNELS)
  def test_is_the_mean_of_estimates_for_one_distribution(self, kernel):
    n, m, size = 60, 40, 10
    estimates = [
      discrepancy.mmd(
        sample(n, size, seed=index),
        sample(m, size, seed=1000 + index),
        kernel=kernel,
      )
      for index in range(300)
    ]
    found = discrepancy.expected_mmd(sample(5000, size), size=n, kernel=kernel)
    # Made for m samples of the prior: the same expression but for 1 / m.
    found *= (1 / n + 1 / m) / (1 / n + 1 / 5000)
    stderr = np.std(estimates) / len(estimates) ** 0.5
    self.assertAlmostEqual(found, np.mean(estimates), delta=4 * stderr)
    self.assertLess(stderr, 0.05 * found)

  def test_leaves_out_the_pairs_of_a_sample_with_itself(self):
    found = discrepancy.expected_mmd([[0.0], [2.0]], size=4)
    self.assertAlmostEqual(found, (1 / 4 + 1 / 2) * (1 - np.exp(-4)))

  def test_needs_two_samples(self):
    with self.assertRaisesRegex(errors.DataError, "at least two expected"):
      discrepancy.expected_mmd([[0.0]], size=10)


if __name__ == "__main__":
  absltest.main()
