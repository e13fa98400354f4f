import numpy as np
from absl.testing import absltest
from scipy import special, stats

import vae_graph
from vae_graph.compat import tf
from vae_graph.priors.mixture import MixtureOfNormals


class MixtureOfNormalsTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())
    self.prior = MixtureOfNormals(
      vae_graph.ModelConfig(code_size=2, prior="mixture", prior_components=3)
    )
    self.session.run(tf.global_variables_initializer())

  def _load(self):
    random = np.random.RandomState(0)
    values = []
    for variable in self.prior.variables:
      values.append(random.randn(*variable.shape.as_list()).astype(np.float32))
      variable.load(values[-1], self.session)
    logits, means, raw_scales = values
    return special.softmax(logits), means, np.log1p(np.exp(raw_scales))

  def test_begins_with_equal_weights_and_unit_scales(self):
    logits, means, raw_scales = self.session.run(self.prior.variables)
    np.testing.assert_array_equal(logits, 0)
    np.testing.assert_allclose(np.log1p(np.exp(raw_scales)), 1, rtol=1e-5)
    self.assertLen(np.unique(means), 6)

  def test_log_prob_is_scipys(self):
    weights, means, scales = self._load()
    codes = np.random.RandomState(1).randn(4, 5, 2).astype(np.float32)
    found = self.session.run(self.prior.log_prob(tf.constant(codes)))
    densities = sum(
      weight * np.exp(stats.norm(mean, scale).logpdf(codes).sum(-1))
      for weight, mean, scale in zip(weights, means, scales)
    )
    np.testing.assert_allclose(found, np.log(densities), rtol=1e-4)

  def test_samples_have_the_mixtures_moments(self):
    weights, means, scales = self._load()
    samples = self.session.run(self.prior.sample(40000, (1, 2)))
    mean = weights @ means
    second = weights @ (means**2 + scales**2)
    error = np.sqrt(second / 40000)
    self.assertLess(np.abs((samples.mean(0) - mean) / error).max(), 5)
    np.testing.assert_allclose((samples**2).mean(0), second, rtol=0.05)

  def test_scales_that_underflow_leave_all_finite(self):
    weights, means, _ = self._load()
    self.prior.variables[2].load(
      np.full([3, 2], -1e3, np.float32), self.session
    )
    samples = self.prior.sample(100, (1, 2))
    log_prob = self.prior.log_prob(samples)
    gradients = tf.gradients(log_prob, self.prior.variables)
    samples, log_prob, *gradients = self.session.run(
      [samples, log_prob, *gradients]
    )
    # Each code lies on one of the means, whose density is as high as can be.
    chosen = (samples[:, np.newaxis] == means).all(-1)
    np.testing.assert_array_equal(chosen.sum(-1), 1)
    peak = -np.log(2 * np.pi) - 2 * np.log(1e-18)
    np.testing.assert_allclose(
      log_prob, np.log(chosen @ weights) + peak, rtol=1e-5
    )
    for gradient in gradients:
      self.assertTrue(np.isfinite(gradient).all())

  def test_its_variables_are_trained_with_the_model(self):
    model = vae_graph.ModelConfig(
      hidden_units=(4,), prior="mixture", prior_components=3
    )
    vae = vae_graph.VAE(model, (4, 4))
    names = {variable.op.name for variable in vae.variables}
    self.assertContainsSubset(
      {"prior_1/logits", "prior_1/means", "prior_1/raw_scales"}, names
    )


if __name__ == "__main__":
  absltest.main()
