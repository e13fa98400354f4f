import numpy as np
from absl.testing import absltest
from scipy import stats

import vae_graph
from tests.linear_gaussian import STDDEV, LinearGaussian
from vae_graph import registry
from vae_graph.compat import tf

SHAPE = (2, 3)


class LinearGaussianTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    registry.LIKELIHOODS["linear_gaussian"] = LinearGaussian
    self.addCleanup(registry.LIKELIHOODS.pop, "linear_gaussian")
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())

  def test_elbo_reaches_log_p_and_iwae_estimates_it(self):
    random = np.random.RandomState(0)
    weights = random.randn(2, 6)
    codes = random.randn(2000, 2)
    pixels = codes @ weights + 0.3 + STDDEV * random.randn(2000, 6)
    images = tf.constant(pixels.reshape(-1, *SHAPE), tf.float32)
    model = vae_graph.ModelConfig(
      hidden_units=(),
      code_size=2,
      posterior="full_covariance",
      likelihood="linear_gaussian",
    )
    vae = vae_graph.VAE(model, SHAPE)
    step = tf.train.get_or_create_global_step()
    terms = vae_graph.elbo(vae, images, vae_graph.step_seed(0, step))
    rate = tf.train.cosine_decay(0.03, step, 1000)
    train = tf.train.AdamOptimizer(rate).minimize(terms.loss, step)
    # The model's own samples are far better than its mean ELBO's noise.
    config = vae_graph.ObjectiveConfig(objective="iwae", importance_samples=20)
    weighted = vae_graph.iwae(vae, images, (1, 2), config=config)
    self.session.run(tf.global_variables_initializer())
    for _ in range(1000):
      self.session.run(train)
    elbo = np.mean([self.session.run(terms.elbo) for _ in range(20)])

    kernel, bias = self.session.run(vae.variables[-2:])
    covariance = kernel.T @ kernel + STDDEV**2 * np.eye(6)
    exact = stats.multivariate_normal(bias, covariance).logpdf(pixels)
    self.assertLess(elbo, exact.mean() + 0.02)
    self.assertGreater(elbo, exact.mean() - 0.05)
    bound = -self.session.run(weighted.loss)
    self.assertAlmostEqual(bound, exact.mean(), delta=0.02)
    # What it has learned is where the data come from.
    truth = stats.multivariate_normal(
      np.full(6, 0.3), weights.T @ weights + STDDEV**2 * np.eye(6)
    )
    self.assertAlmostEqual(
      exact.mean(), truth.logpdf(pixels).mean(), delta=0.05
    )


if __name__ == "__main__":
  absltest.main()
