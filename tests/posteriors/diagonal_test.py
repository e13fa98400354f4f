import numpy as np
from absl.testing import absltest, parameterized
from scipy import integrate, stats

from vae_graph import config
from vae_graph.compat import tf
from vae_graph.posteriors.diagonal import DiagonalNormal
from vae_graph.priors.standard_normal import StandardNormal


class DiagonalNormalTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    graph = tf.Graph()
    self.enter_context(graph.as_default())
    self.session = self.enter_context(tf.Session())

  def _posterior(self, scale="softplus", code_size=3):
    features = np.random.RandomState(0).randn(4, 5).astype(np.float32)
    model = config.ModelConfig(code_size=code_size, posterior_scale=scale)
    self.features = features
    posterior = DiagonalNormal(tf.constant(features), model)
    self.session.run(tf.global_variables_initializer())
    return posterior, StandardNormal(model)

  @parameterized.parameters(
    ("softplus", lambda x: np.log1p(np.exp(x))), ("exp", np.exp)
  )
  def test_mean_and_stddev_are_dense_layers(self, scale, to_scale):
    posterior, _ = self._posterior(scale)
    kernels = self.session.run(tf.trainable_variables()[::2])
    mean, stddev = self.session.run([posterior.mean, posterior.stddev])
    np.testing.assert_allclose(mean, self.features @ kernels[0], atol=1e-5)
    np.testing.assert_allclose(
      stddev, to_scale(self.features @ kernels[1]), rtol=1e-4
    )

  @parameterized.parameters(((),), ((2,),), ((2, 3),))
  def test_log_prob_is_the_closed_form(self, sample_shape):
    posterior, _ = self._posterior()
    sample = posterior.sample_and_log_prob((1, 2), sample_shape)
    self.assertEqual(sample[0].shape.as_list(), [*sample_shape, 4, 3])
    code, log_prob, mean, stddev = self.session.run(
      [*sample, posterior.mean, posterior.stddev]
    )
    expected = stats.norm(mean, stddev).logpdf(code).sum(-1)
    np.testing.assert_allclose(log_prob, expected, rtol=1e-4, atol=1e-4)

  def test_samples_follow_the_distribution(self):
    posterior, _ = self._posterior()
    code, _ = posterior.sample_and_log_prob((1, 2), (2000,))
    code, mean, stddev = self.session.run(
      [code, posterior.mean, posterior.stddev]
    )
    standard = (code - mean) / stddev
    self.assertGreater(stats.kstest(standard.ravel(), "norm").pvalue, 1e-3)
    error = np.abs(np.cov(standard[:, 0].T) - np.eye(3)).max()
    self.assertLess(error, 5 / np.sqrt(2000))

  def test_kl_divergence_equals_numerical_integration(self):
    posterior, prior = self._posterior(code_size=1)
    kl, mean, stddev = self.session.run(
      [posterior.kl_divergence(prior), posterior.mean, posterior.stddev]
    )
    self.assertEqual(kl.shape, (4,))
    for i in range(4):
      q, p = stats.norm(mean[i, 0], stddev[i, 0]), stats.norm()
      expected, _ = integrate.quad(
        lambda z, q=q, p=p: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)),
        mean[i, 0] - 12 * stddev[i, 0],
        mean[i, 0] + 12 * stddev[i, 0],
      )
      self.assertAlmostEqual(kl[i], expected, places=4)

  @parameterized.parameters("softplus", "exp")
  def test_a_scale_that_underflows_leaves_all_finite(self, scale):
    posterior, prior = self._posterior(scale)
    mean_bias, scale_bias = tf.trainable_variables()[1::2]
    mean_bias.load([100.0, 0.0, -3.0], self.session)
    code, log_prob = posterior.sample_and_log_prob((1, 2))
    figures = [code, log_prob, posterior.kl_divergence(prior)]
    gradients = [
      tf.gradients(each, tf.trainable_variables()) for each in figures
    ]
    for bias in (-35.0, -41.0, -50.0, -100.0, -1e30):
      scale_bias.load([bias] * 3, self.session)
      for value in self.session.run(tf.nest.flatten([figures, gradients[1:]])):
        self.assertTrue(np.isfinite(value).all(), bias)

  def test_gradients_reach_mean_and_stddev(self):
    posterior, _ = self._posterior()
    code, _ = posterior.sample_and_log_prob((1, 2))
    gradients = self.session.run(
      tf.gradients(tf.reduce_sum(code**2), tf.trainable_variables())
    )
    for gradient in gradients:
      self.assertGreater(np.abs(gradient).max(), 0)


if __name__ == "__main__":
  absltest.main()
