import numpy as np
from absl.testing import absltest, parameterized
from scipy import special

import vae_graph
from vae_graph.compat import tf
from vae_graph.objectives.terms import ObjectiveTerms


class ElboTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())
    self.model = vae_graph.ModelConfig(hidden_units=(), code_size=2)
    self.vae = vae_graph.VAE(self.model, (3, 4))
    self.images = np.random.RandomState(0).rand(5, 3, 4).astype(np.float32)

  def _run(self, tensors):
    self.session.run(tf.global_variables_initializer())
    return self.session.run(tensors)

  @parameterized.parameters(1.0, 0.0, 4.0)
  def test_terms_of_a_linear_model_equal_numpy(self, beta):
    config = vae_graph.ObjectiveConfig(beta=beta)
    terms = vae_graph.elbo(self.vae, self.images, (1, 2), config=config)
    noise = tf.random.stateless_normal([5, 2], (1, 2))
    terms, noise, weights = self._run(
      [terms.defined(), noise, self.vae.variables]
    )
    to_mean, _, to_scale, _, to_logits, _ = weights
    pixels = self.images.reshape(5, 12).astype(np.float64)
    mean = pixels @ to_mean
    stddev = np.log1p(np.exp(pixels @ to_scale))
    logits = (mean + stddev * noise) @ to_logits
    log_likelihood = pixels * np.log(special.expit(logits)) + (
      1 - pixels
    ) * np.log(special.expit(-logits))
    rate = 0.5 * (mean**2 + stddev**2 - 1 - 2 * np.log(stddev)).sum(1)
    distortion = -log_likelihood.sum(1)
    np.testing.assert_allclose(terms["rate"], rate, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(terms["distortion"], distortion, rtol=1e-4)
    np.testing.assert_allclose(terms["elbo"], -rate - distortion, rtol=1e-4)
    np.testing.assert_allclose(
      terms["loss"], np.mean(distortion + beta * rate), rtol=1e-4
    )

  def test_default_is_the_evidence_lower_bound(self):
    terms = self._run(vae_graph.elbo(self.vae, self.images, (1, 2)).defined())
    self.assertAlmostEqual(terms["loss"], -terms["elbo"].mean(), places=4)

  def test_gradient_matches_finite_differences(self):
    terms = vae_graph.elbo(self.vae, self.images, (1, 2))
    kernel = self.vae.variables[0]
    gradient = tf.gradients(terms.loss, kernel)[0]
    gradient, value = self._run([gradient, kernel])
    for index in ((0, 0), (7, 1)):
      losses = []
      for step in (1e-2, -1e-2):
        moved = value.copy()
        moved[index] += step
        kernel.load(moved, self.session)
        losses.append(self.session.run(terms.loss))
      slope = (losses[0] - losses[1]) / 2e-2
      self.assertAlmostEqual(gradient[index], slope, delta=2e-3)

  def test_fields_are_documented(self):
    for field in ObjectiveTerms._fields:
      self.assertIn(f"{field}: ", ObjectiveTerms.__doc__)


if __name__ == "__main__":
  absltest.main()
