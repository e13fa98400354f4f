import numpy as np
from absl.testing import absltest, parameterized
from scipy import special, stats

import vae_graph
from vae_graph import errors
from vae_graph.compat import tf


class VampPriorTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())

  def _vae(self, posterior="diagonal"):
    model = vae_graph.ModelConfig(
      hidden_units=(6,),
      code_size=2,
      posterior=posterior,
      prior="vamp",
      prior_components=3,
    )
    vae = vae_graph.VAE(model, (4, 4))
    return vae

  def test_log_prob_is_a_mixture_of_the_posteriors_at_its_images(self):
    vae = self._vae()
    codes = np.random.RandomState(0).randn(5, 2).astype(np.float32)
    log_prob = vae.prior.log_prob(tf.constant(codes))
    images = tf.sigmoid(vae.prior.variables[0])
    posterior = vae.encode(images)
    self.session.run(tf.global_variables_initializer())
    found, mean, stddev, images = self.session.run(
      [log_prob, posterior.mean, posterior.stddev, images]
    )
    parts = stats.norm(mean, stddev).logpdf(codes[:, None]).sum(-1)
    expected = special.logsumexp(parts, axis=-1) - np.log(3)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    self.assertTrue(((images > 0) & (images < 1)).all())

  @parameterized.parameters("diagonal", "full_covariance")
  def test_samples_follow_its_density(self, posterior):
    vae = self._vae(posterior)
    codes = vae.prior.sample(4000, (1, 2))
    log_prob = vae.prior.log_prob(codes)
    self.session.run(tf.global_variables_initializer())
    codes, log_prob = self.session.run([codes, log_prob])
    # E_p[1 / p over a box] is the box's area.
    low, high = np.percentile(codes, [15, 85], axis=0)
    inside = ((codes > low) & (codes < high)).all(-1)
    area = np.where(inside, np.exp(-log_prob), 0)
    error = area.std() / np.sqrt(len(area))
    self.assertAlmostEqual(area.mean(), np.prod(high - low), delta=5 * error)

  def test_the_pseudo_inputs_learn(self):
    vae = self._vae()
    images = np.random.RandomState(0).rand(8, 4, 4).astype(np.float32)
    terms = vae_graph.elbo_mc(vae, images, (1, 2))
    gradient = tf.gradients(terms.loss, vae.prior.variables)[0]
    self.session.run(tf.global_variables_initializer())
    gradient = self.session.run(gradient)
    self.assertEqual(gradient.shape, (3, 4, 4))
    self.assertGreater(np.abs(gradient).max(), 0)

  def test_a_flow_posterior_is_refused(self):
    with self.assertRaisesRegex(
      errors.ConfigError, "iaf does not have; choose"
    ):
      self._vae("iaf")


if __name__ == "__main__":
  absltest.main()
