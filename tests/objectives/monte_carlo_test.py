"""The sampled objectives against the analytic one, and against each other."""

import dataclasses

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors
from vae_graph.compat import tf

# Codes of the one image, so that Monte Carlo means are sharp.
COPIES = 500


class MonteCarloTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())
    random = np.random.RandomState(0)
    self.image = random.rand(1, 3, 4).astype(np.float32)
    self.images = np.tile(self.image, (COPIES, 1, 1))

  def _vae(self, **settings):
    model = vae_graph.ModelConfig(hidden_units=(6,), code_size=2, **settings)
    return vae_graph.VAE(model, (3, 4))

  def _run(self, tensors):
    self.session.run(tf.global_variables_initializer())
    return self.session.run(tensors)

  @parameterized.parameters("diagonal", "full_covariance")
  def test_sampled_elbo_agrees_with_the_analytic_one(self, posterior):
    vae = self._vae(posterior=posterior)
    analytic, sampled = self._run(
      [
        vae_graph.elbo(vae, self.images, (1, 2)).defined(),
        vae_graph.elbo_mc(vae, self.images, (3, 4)).defined(),
      ]
    )
    for name in ("rate", "distortion", "elbo"):
      one, other = analytic[name], sampled[name]
      variance = (one.var(ddof=1) + other.var(ddof=1)) / COPIES
      self.assertAlmostEqual(
        one.mean(), other.mean(), delta=4 * np.sqrt(variance) + 1e-4
      )
    self.assertGreater(sampled["rate"].std(), 0)

  def test_iwae_with_one_sample_is_the_sampled_elbo(self):
    vae = self._vae()
    config = vae_graph.ObjectiveConfig(objective="iwae", importance_samples=1)
    one, other = self._run(
      [
        vae_graph.iwae(vae, self.images, (1, 2), config=config).defined(),
        vae_graph.elbo_mc(vae, self.images, (1, 2)).defined(),
      ]
    )
    self.assertLen(one, 4)
    for name, value in one.items():
      np.testing.assert_allclose(value, other[name], rtol=1e-4, atol=1e-4)

  @parameterized.parameters("diagonal", "full_covariance", "iaf")
  def test_more_importance_samples_tighten_the_bound(self, posterior):
    vae = self._vae(posterior=posterior)
    bounds, elbos = [], []
    for count in (1, 5, 50):
      config = vae_graph.ObjectiveConfig(
        objective="iwae", importance_samples=count
      )
      terms = vae_graph.iwae(vae, self.images, (1, 2), config=config)
      terms = self._run(terms.defined())
      bounds.append(-terms["loss"])
      elbos.append(terms["elbo"].mean())
      # By Jensen's inequality, for any weights.
      self.assertGreaterEqual(bounds[-1], elbos[-1] - 1e-4)
    self.assertLess(bounds[0], bounds[1])
    self.assertLess(bounds[1], bounds[2])

  def test_iwae_weighs_each_image_by_its_own_samples(self):
    vae = self._vae()
    images = np.random.RandomState(1).rand(3, 3, 4).astype(np.float32)
    config = vae_graph.ObjectiveConfig(objective="iwae", importance_samples=4)
    posterior = vae.encode(images)
    code, log_q = posterior.sample_and_log_prob((1, 2), (4,))
    log_weights = [
      vae.decode(code[i]).log_prob(images)
      + vae.prior.log_prob(code[i])
      - log_q[i]
      for i in range(4)
    ]
    loss, log_weights = self._run(
      [vae_graph.iwae(vae, images, (1, 2), config=config).loss, log_weights]
    )
    expected = np.log(np.mean(np.exp(log_weights), axis=0)).mean()
    self.assertAlmostEqual(-loss, expected, places=3)

  def test_beta_grows_over_its_warm_up(self):
    vae = self._vae()
    for name in ("elbo", "elbo_mc"):
      config = vae_graph.ObjectiveConfig(
        objective=name, beta=4.0, beta_warmup_steps=10
      )
      objective = getattr(vae_graph, name)
      for step, beta in ((0, 0), (5, 2), (10, 4), (99, 4), (None, 4)):
        now = None if step is None else tf.constant(step, tf.int64)
        terms = objective(vae, self.images, (1, 2), config=config, step=now)
        terms = self._run(terms.defined())
        expected = terms["distortion"].mean() + beta * terms["rate"].mean()
        self.assertAlmostEqual(terms["loss"], expected, delta=1e-3)

  def test_free_bits_of_each_dimension(self):
    vae = self._vae()
    posterior = vae.encode(self.images)
    parts = posterior.kl_divergence_per_dimension(vae.prior)
    parts = self._run(tf.reduce_mean(parts, axis=0))
    self.assertNotAlmostEqual(parts[0], parts[1], places=3)
    between = float(parts.mean())
    config = vae_graph.ObjectiveConfig(free_bits=between)
    terms = vae_graph.elbo(vae, self.images, (1, 2), config=config)
    terms = self._run(terms.defined())
    self.assertAlmostEqual(
      terms["loss"] - terms["distortion"].mean(),
      np.maximum(parts, between).sum(),
      places=3,
    )

  def test_free_bits_of_the_whole_code(self):
    vae = self._vae()
    config = vae_graph.ObjectiveConfig(objective="elbo_mc", free_bits=50.0)
    terms = vae_graph.elbo_mc(vae, self.images, (1, 2), config=config)
    head = vae.variables[0]
    alone = vae_graph.elbo_mc(
      vae, self.images, (1, 2), config=dataclasses.replace(config, beta=0.0)
    )
    terms, gradients, alone = self._run(
      [
        terms.defined(),
        tf.gradients(terms.loss, head),
        tf.gradients(alone.loss, head),
      ]
    )
    self.assertAlmostEqual(
      terms["loss"] - terms["distortion"].mean(), 50, places=3
    )
    # Below the free bits, the rate does not pull on the encoder.
    np.testing.assert_allclose(gradients[0], alone[0], atol=1e-5)

  def test_the_analytic_elbo_refuses_what_has_no_closed_form(self):
    for settings in ({"posterior": "iaf"}, {"prior": "mixture"}):
      vae = self._vae(**settings)
      with self.assertRaisesRegex(
        errors.ConfigError, "choose objective elbo_mc"
      ):
        vae_graph.elbo(vae, self.images, (1, 2))


if __name__ == "__main__":
  absltest.main()
