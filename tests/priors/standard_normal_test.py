import numpy as np
from absl.testing import absltest
from scipy import stats

from vae_graph import config
from vae_graph.compat import tf
from vae_graph.priors.standard_normal import StandardNormal


class StandardNormalTest(absltest.TestCase):
  def test_log_prob_and_samples(self):
    codes = np.random.RandomState(0).randn(4, 5, 3).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      prior = StandardNormal(config.ModelConfig(code_size=3))
      log_prob, samples, again, other = session.run(
        [
          prior.log_prob(codes),
          prior.sample(2000, (1, 2)),
          prior.sample(2000, (1, 2)),
          prior.sample(2000, (1, 3)),
        ]
      )
    np.testing.assert_allclose(
      log_prob, stats.norm.logpdf(codes).sum(-1), rtol=1e-5
    )
    self.assertEqual(samples.shape, (2000, 3))
    self.assertGreater(stats.kstest(samples.ravel(), "norm").pvalue, 1e-3)
    np.testing.assert_array_equal(samples, again)
    self.assertFalse(np.array_equal(samples, other))


if __name__ == "__main__":
  absltest.main()
