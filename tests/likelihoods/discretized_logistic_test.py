import numpy as np
from absl.testing import absltest
from scipy import stats

from vae_graph.compat import tf
from vae_graph.likelihoods.discretized_logistic import DiscretizedLogistic

LEVELS = (np.arange(256) / 255).astype(np.float32)


class DiscretizedLogisticTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())

  def _log_probs(self, location, log_scale):
    """Log-probabilities of all 256 values of one pixel."""
    parameters = np.zeros((256, 1, 1, 2), np.float32)
    parameters[..., 0] = location - 0.5
    parameters[..., 1] = log_scale
    likelihood = DiscretizedLogistic(tf.constant(parameters), (1, 1))
    return self.session.run(
      likelihood.log_prob(tf.constant(LEVELS.reshape(256, 1, 1)))
    )

  def test_probabilities_sum_to_one_and_are_scipys(self):
    for location in (-0.2, 0.0, 0.31, 0.5, 1.0, 1.5):
      for log_scale in (-6.5, -4.0, -2.0, 0.0, 6.0):
        log_probs = self._log_probs(location, log_scale)
        self.assertAlmostEqual(np.exp(log_probs).sum(), 1, places=5)
        logistic = stats.logistic(location, np.exp(log_scale))
        ends = np.concatenate(
          [[-np.inf], (np.arange(255) + 0.5) / 255, [np.inf]]
        )
        expected = np.diff(logistic.cdf(ends))
        np.testing.assert_allclose(
          np.exp(log_probs), expected, atol=1e-9, rtol=1e-4
        )

  def test_far_from_the_location_it_is_finite(self):
    log_probs = self._log_probs(0.0, -20.0)
    self.assertTrue(np.isfinite(log_probs).all())
    self.assertAlmostEqual(log_probs[0], -np.log1p(np.exp(-2.15)), places=1)

  def test_samples_are_levels_with_their_probabilities(self):
    parameters = np.zeros((20000, 1, 1, 2), np.float32)
    parameters[..., 0] = -0.45
    parameters[..., 1] = -3
    likelihood = DiscretizedLogistic(tf.constant(parameters), (1, 1))
    samples = self.session.run(likelihood.sample((1, 2))).ravel()
    levels = np.round(samples * 255).astype(int)
    np.testing.assert_allclose(samples, levels / 255, atol=1e-6)
    frequency = np.bincount(levels, minlength=256) / 20000
    expected = np.exp(self._log_probs(0.05, -3))
    error = np.sqrt(expected / 20000) + 1e-4
    self.assertLess(np.abs((frequency - expected) / error).max(), 5)

  def test_mean_and_mode_are_in_range(self):
    parameters = np.zeros((2, 1, 1, 2), np.float32)
    parameters[:, 0, 0, 0] = -3, 0.101
    likelihood = DiscretizedLogistic(tf.constant(parameters), (1, 1))
    mean, mode = self.session.run([likelihood.mean(), likelihood.mode()])
    np.testing.assert_allclose(mean.ravel(), [0, 0.601], atol=1e-6)
    np.testing.assert_allclose(mode.ravel(), [0, 153 / 255], atol=1e-6)


if __name__ == "__main__":
  absltest.main()
