import numpy as np
from absl.testing import absltest
from scipy import integrate, stats
from sklearn.covariance import empirical_covariance

from vae_graph import errors
from vae_graph.latent_metrics import codes


class MomentsTest(absltest.TestCase):
  def test_are_those_of_a_correlated_sample(self):
    random = np.random.RandomState(0)
    sample = random.randn(500, 3).dot(random.randn(3, 3)) + [0, 1000, -3]
    mean, covariance = codes.moments(sample.astype(np.float32))
    np.testing.assert_allclose(mean, sample.mean(axis=0), rtol=1e-5)
    expected = empirical_covariance(sample) * 500 / 499
    np.testing.assert_allclose(covariance, expected, atol=1e-3)

  def test_of_one_dimension_and_of_constant_codes(self):
    mean, covariance = codes.moments(np.array([[1.0], [3.0]]))
    self.assertEqual((mean.tolist(), covariance.tolist()), ([2], [[2]]))
    _, covariance = codes.moments(np.full((7, 2), 0.5))
    np.testing.assert_array_equal(covariance, np.zeros((2, 2)))

  def test_a_single_code_has_no_covariance(self):
    mean, covariance = codes.moments([[1.0, 2.0]])
    np.testing.assert_array_equal(mean, [1, 2])
    self.assertEqual(covariance.shape, (2, 2))
    self.assertTrue(np.isnan(covariance).all())

  def test_refuses_what_are_no_codes(self):
    with self.assertRaisesRegex(ValueError, r"must be \[n, d\], found \[4\]"):
      codes.moments(np.zeros(4))
    with self.assertRaisesRegex(errors.DataError, "no codes found"):
      codes.moments(np.zeros((0, 2)))
    with self.assertRaisesRegex(
      errors.NonFiniteError, "codes: 2 of 3 hold a NaN or infinity"
    ):
      codes.moments([[np.nan, np.nan], [0, 0], [np.inf, 0]])


class ActiveUnitsTest(absltest.TestCase):
  def test_counts_the_variances_above_the_threshold(self):
    noise = np.random.RandomState(0).randn(1000, 4)
    means = stats.zscore(noise, ddof=1) * [1, 0.11, 0.09, 0] + 5
    count, variances = codes.active_units(means)
    self.assertEqual(count, 2)
    np.testing.assert_allclose(
      variances, [1, 0.0121, 0.0081, 0], rtol=1e-9, atol=1e-15
    )
    self.assertEqual(codes.active_units(means, threshold=0.005)[0], 3)

  def test_a_single_image_says_nothing(self):
    count, variances = codes.active_units([[1.0, 2.0]])
    self.assertEqual(count, 0)
    self.assertTrue(np.isnan(variances).all())
    self.assertIsNone(codes.collapse_warning(variances))


class CollapseWarningTest(absltest.TestCase):
  def test_counts_the_dimensions_that_are_not_active(self):
    means = np.random.RandomState(0).randn(100, 3) * [1, 0.01, 0]
    count, variances = codes.active_units(means)
    warning = codes.collapse_warning(variances)
    self.assertEqual(count, 1)
    self.assertIn("2 of 3 code dimensions inactive", warning)
    self.assertIn("at most 0.01", warning)
    self.assertNotIn("\n", warning)

  def test_is_none_where_all_are_active(self):
    self.assertIsNone(codes.collapse_warning([1.0, 0.02]))
    self.assertIn("1 of 2", codes.collapse_warning([1.0, 0.02], threshold=0.1))

  def test_the_threshold_itself_is_inactive_for_both(self):
    means = [[0.0], [2.0]]
    count, variances = codes.active_units(means, threshold=2.0)
    self.assertEqual(count, 0)
    self.assertIn("1 of 1", codes.collapse_warning(variances, threshold=2.0))


class KlPerDimensionTest(absltest.TestCase):
  def test_is_the_mean_of_the_integrals(self):
    means = np.array([[0.0, 1.5], [-0.7, 2.0]])
    stddevs = np.array([[1.0, 0.3], [2.0, 0.1]])

    def integral(mean, stddev):
      q, p = stats.norm(mean, stddev), stats.norm()
      value, _ = integrate.quad(
        lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)),
        mean - 9 * stddev,
        mean + 9 * stddev,
      )
      return value

    expected = np.vectorize(integral)(means, stddevs).mean(axis=0)
    np.testing.assert_allclose(
      codes.kl_per_dimension(means, stddevs), expected, rtol=1e-6
    )

  def test_sum_is_at_most_the_kl_of_a_full_covariance(self):
    factor = np.array([[1.0, 0.0], [0.9, 0.5]])
    covariance, mean = factor.dot(factor.T), np.array([0.3, -1.0])
    whole = 0.5 * (
      np.trace(covariance)
      + mean.dot(mean)
      - 2
      - np.linalg.slogdet(covariance)[1]
    )
    stddev = np.sqrt(np.diag(covariance))
    parts = codes.kl_per_dimension(mean[np.newaxis], stddev[np.newaxis])
    # The rest is the mutual information of the two dimensions.
    correlation = covariance[0, 1] / stddev.prod()
    information = -0.5 * np.log(1 - correlation**2)
    self.assertAlmostEqual(parts.sum() + information, whole)

  def test_moments_of_another_distribution_give_a_lower_bound(self):
    # A Laplace distribution, whose stddev is its scale times root two.
    q, p = stats.laplace(0.4, 0.5), stats.norm()
    exact, _ = integrate.quad(
      lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), -20, 20, points=[0.4]
    )
    bound = codes.kl_per_dimension([[q.mean()]], [[q.std()]])[0]
    self.assertLess(bound, exact)
    gap = stats.norm(q.mean(), q.std()).entropy() - q.entropy()
    self.assertAlmostEqual(bound + gap, exact, places=6)

  def test_moments_of_few_samples_make_it_larger_by_one_over_them(self):
    samples = 0.4 + 0.5 * np.random.RandomState(0).randn(25, 40000, 1)
    found = codes.kl_per_dimension(samples.mean(axis=0), samples.std(axis=0))
    exact = codes.kl_per_dimension([[0.4]], [[0.5]])
    self.assertAlmostEqual(found[0] - exact[0], 1 / 25, delta=0.1 / 25)

  def test_certain_codes_have_an_infinite_one(self):
    found = codes.kl_per_dimension([[0.0, 0.0]], [[0.0, 1.0]])
    np.testing.assert_array_equal(found, [np.inf, 0])

  def test_refuses_stddevs_that_do_not_fit(self):
    with self.assertRaisesRegex(ValueError, r"must be \[n, 2\], found"):
      codes.kl_per_dimension(np.zeros((3, 2)), np.ones((3, 1)))
    with self.assertRaisesRegex(ValueError, r"must be \[3, 2\]"):
      codes.kl_per_dimension(np.zeros((3, 2)), np.ones((1, 2)))
    with self.assertRaisesRegex(ValueError, "not negative.* -1"):
      codes.kl_per_dimension(np.zeros((3, 2)), -np.ones((3, 2)))


if __name__ == "__main__":
  absltest.main()
