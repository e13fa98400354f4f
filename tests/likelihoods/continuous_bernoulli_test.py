import numpy as np
from absl.testing import absltest
from scipy import integrate, stats

from vae_graph.compat import tf, tfd
from vae_graph.likelihoods.continuous_bernoulli import ContinuousBernoulli

LOGITS = np.float32([-90, -20, -3, -0.02, -0.005, 0, 0.005, 0.02, 3, 20, 90])


class ContinuousBernoulliTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())

  def _likelihood(self, logits, copies=1):
    """One-pixel images, a copy of all logits after the other."""
    tiled = np.tile(logits, copies).reshape(-1, 1, 1, 1)
    return ContinuousBernoulli(tf.constant(tiled), (1, 1))

  def _log_density(self, values):
    likelihood = self._likelihood(LOGITS)
    images = tf.placeholder(tf.float32, [None, 1, 1])
    log_prob = likelihood.log_prob(images)
    return np.stack(
      [
        self.session.run(log_prob, {images: np.full((len(LOGITS), 1, 1), x)})
        for x in values
      ]
    )

  def test_density_integrates_to_one_and_gives_the_mean(self):
    values = np.linspace(0, 1, 2001)
    density = np.exp(self._log_density(values))
    total = (
      integrate.simps(density, values, axis=0)
      if hasattr(integrate, "simps")
      else integrate.simpson(density, x=values, axis=0)
    )
    np.testing.assert_allclose(total, 1, rtol=1e-3)
    mean = self.session.run(self._likelihood(LOGITS).mean()).ravel()
    weighted = density * values[:, None]
    expected = (
      integrate.simps(weighted, values, axis=0)
      if hasattr(integrate, "simps")
      else integrate.simpson(weighted, x=values, axis=0)
    )
    np.testing.assert_allclose(mean, expected, rtol=2e-3, atol=1e-5)

  def test_agrees_with_tensorflow_probability_where_it_has_one(self):
    if not hasattr(tfd, "ContinuousBernoulli"):
      self.skipTest("this TensorFlow Probability has no ContinuousBernoulli")
    logits = LOGITS[2:-2]
    images = np.random.RandomState(0).rand(len(logits), 1, 1).astype("f")
    oracle = tfd.ContinuousBernoulli(logits=logits)
    likelihood = self._likelihood(logits)
    ours, theirs = self.session.run(
      [likelihood.log_prob(images), oracle.log_prob(images[:, 0, 0])]
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-4)

  def test_gradient_is_finite_everywhere_and_pulls_to_the_mean(self):
    likelihood = self._likelihood(LOGITS)
    half = np.full((len(LOGITS), 1, 1), 0.5, np.float32)
    gradient = tf.gradients(likelihood.log_prob(half), likelihood.logits)[0]
    gradient, mean = self.session.run([gradient, likelihood.mean()])
    # d log p / d logit = x - E[x], as in every exponential family.
    np.testing.assert_allclose(gradient.ravel(), 0.5 - mean.ravel(), atol=2e-3)

  def test_samples_follow_the_density(self):
    logits = np.float32([-6, -0.5, 0, 2])
    samples = self.session.run(self._likelihood(logits, 4000).sample((1, 2)))
    samples = samples.reshape(4000, 4)
    for i, logit in enumerate(logits):

      def cdf(x, logit=logit):
        return np.expm1(logit * x) / np.expm1(logit) if logit else x

      self.assertGreater(stats.kstest(samples[:, i], cdf).pvalue, 1e-3)


if __name__ == "__main__":
  absltest.main()
