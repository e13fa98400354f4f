import numpy as np
from absl.testing import absltest, parameterized
from scipy import stats

from vae_graph import config
from vae_graph.compat import tf, tfd
from vae_graph.posteriors.full_covariance import FullCovarianceNormal
from vae_graph.priors.standard_normal import StandardNormal


class FullCovarianceNormalTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())
    features = np.random.RandomState(0).randn(4, 5).astype(np.float32)
    model = config.ModelConfig(code_size=3)
    self.prior = StandardNormal(model)
    self.posterior = FullCovarianceNormal(tf.constant(features), model)
    self.session.run(tf.global_variables_initializer())

  def test_one_dense_layer_makes_all_parameters(self):
    kernel, bias = tf.trainable_variables()
    self.assertEqual(kernel.shape.as_list(), [5, 3 + 6])
    self.assertEqual(bias.op.name, "dense/bias")

  def _moments(self):
    mean, factor = self.session.run(
      [self.posterior.mean, self.posterior._factor]
    )
    return mean, factor @ factor.transpose(0, 2, 1)

  @parameterized.parameters(((),), ((2, 3),))
  def test_log_prob_is_scipys(self, sample_shape):
    code, log_prob = self.posterior.sample_and_log_prob((1, 2), sample_shape)
    self.assertEqual(code.shape.as_list(), [*sample_shape, 4, 3])
    again = self.posterior.log_prob(code)
    code, log_prob, again = self.session.run([code, log_prob, again])
    mean, covariance = self._moments()
    for i in range(4):
      oracle = stats.multivariate_normal(mean[i], covariance[i])
      expected = oracle.logpdf(code[..., i, :])
      np.testing.assert_allclose(log_prob[..., i], expected, atol=1e-3)
    np.testing.assert_allclose(log_prob, again, atol=1e-3)

  def test_samples_have_the_covariance(self):
    code, _ = self.posterior.sample_and_log_prob((1, 2), (20000,))
    code, stddev = self.session.run([code, self.posterior.stddev])
    mean, covariance = self._moments()
    for i in range(4):
      np.testing.assert_allclose(
        np.cov(code[:, i].T), covariance[i], atol=0.05 * covariance[i].max()
      )
      np.testing.assert_allclose(
        stddev[i] ** 2, np.diag(covariance[i]), rtol=1e-4
      )
    np.testing.assert_allclose(code.mean(0), mean, atol=0.05)

  def test_kl_divergence_is_tensorflow_probabilitys(self):
    distribution = tfd.MultivariateNormalTriL(
      self.posterior.mean, self.posterior._factor
    )
    oracle = tfd.kl_divergence(
      distribution, tfd.MultivariateNormalDiag(tf.zeros(3), tf.ones(3))
    )
    found, expected = self.session.run(
      [self.posterior.kl_divergence(self.prior), oracle]
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4)


if __name__ == "__main__":
  absltest.main()
