import numpy as np
from absl.testing import absltest, parameterized
from scipy import special, stats

from vae_graph import config
from vae_graph.compat import tf
from vae_graph.likelihoods.gaussian import Gaussian


class GaussianTest(parameterized.TestCase):
  @parameterized.parameters(0.0, 0.3)
  def test_log_prob_mean_and_samples_are_scipys(self, stddev):
    model = config.ModelConfig(likelihood="gaussian", likelihood_stddev=stddev)
    count = Gaussian.parameters_per_pixel(model)
    self.assertEqual(count, 1 if stddev else 2)
    random = np.random.RandomState(0)
    parameters = random.randn(3, 4, 5, 2 * count).astype(np.float32)
    images = random.rand(3, 4, 5, 2).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      likelihood = Gaussian(tf.constant(parameters), (4, 5, 2), model)
      log_prob, mean, mode, sample = session.run(
        [
          likelihood.log_prob(images),
          likelihood.mean(),
          likelihood.mode(),
          likelihood.sample((1, 2)),
        ]
      )
    expected_mean = special.expit(parameters[..., :2])
    scale = stddev or np.log1p(np.exp(parameters[..., 2:])) + 1 / 255
    oracle = stats.norm(expected_mean, scale)
    np.testing.assert_allclose(mean, expected_mean, rtol=1e-5)
    np.testing.assert_array_equal(mode, mean)
    np.testing.assert_allclose(
      log_prob, oracle.logpdf(images).sum((1, 2, 3)), rtol=1e-4, atol=1e-3
    )
    self.assertTrue(((sample >= 0) & (sample <= 1)).all())
    inside = (sample > 0) & (sample < 1)
    standard = ((sample - mean) / scale)[inside]
    self.assertLess(np.abs(standard).max(), 5)


if __name__ == "__main__":
  absltest.main()
