import numpy as np
from absl.testing import absltest, parameterized
from scipy import special, stats

import vae_graph
from tests.linear_gaussian import STDDEV, LinearGaussian
from vae_graph import errors, registry
from vae_graph.compat import tf
from vae_graph.inference import importance_sampling
from vae_graph.randomness import fold_in

SHAPE = (3, 4)


def log_probs_of_numpy(name, likelihood, image, run):
  """log p(x|z) of an image `[1, *SHAPE]` under each code, in float64."""
  if name == "bernoulli":
    logits = run(likelihood.logits).astype(np.float64)
    values = image * logits - np.logaddexp(0, logits)
  elif name == "continuous_bernoulli":
    logits = run(likelihood.logits).astype(np.float64)
    values = image * logits - np.logaddexp(0, logits)
    values += np.log(logits / np.tanh(logits / 2))
  elif name == "gaussian":
    mean, stddev = run([likelihood.mean(), likelihood.stddev])
    values = stats.norm(mean, stddev).logpdf(image)
  else:
    location, log_scale = run([likelihood.location, likelihood.log_scale])
    logistic = stats.logistic(location.astype(np.float64), np.exp(log_scale))
    above = np.where(image == 1, 1, logistic.cdf(image + 0.5 / 255))
    below = np.where(image == 0, 0, logistic.cdf(image - 0.5 / 255))
    values = np.log(above - below)
  return values.sum((1, 2))


class LogLikelihoodTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())
    random = np.random.RandomState(0)
    self.bytes = random.randint(256, size=(5, *SHAPE)).astype(np.uint8)
    self.bytes[:, 0, :2] = 0, 255
    self.images = self.bytes / np.float32(255)

  def _vae(self, **settings):
    settings = dict(dict(hidden_units=(6,), code_size=2), **settings)
    vae = vae_graph.VAE(vae_graph.ModelConfig(**settings), SHAPE)
    self.session.run(tf.global_variables_initializer())
    return vae

  def _train(self, vae, steps):
    """Brings the posterior somewhere near the true one."""
    step = tf.train.get_or_create_global_step()
    terms = vae_graph.elbo_mc(vae, self.images, vae_graph.step_seed(0, step))
    train = tf.train.AdamOptimizer(0.01).minimize(terms.loss, step)
    self.session.run(tf.global_variables_initializer())
    for _ in range(steps):
      self.session.run(train)

  def _estimate(self, vae, images, **settings):
    graph = importance_sampling.build_estimation(vae)
    return importance_sampling.estimate(
      self.session, graph, images=images, **settings
    )

  def test_exact_value_of_a_linear_gaussian_is_within_the_error(self):
    registry.LIKELIHOODS["linear_gaussian"] = LinearGaussian
    self.addCleanup(registry.LIKELIHOODS.pop, "linear_gaussian")
    vae = self._vae(hidden_units=(), likelihood="linear_gaussian")
    kernel, bias = self.session.run(vae.variables[-2:])
    # The best encoder, but for the dependence of the code's dimensions.
    precision = np.eye(2) + kernel @ kernel.T / STDDEV**2
    to_mean = kernel.T @ np.linalg.inv(precision) / STDDEV**2
    stddev = np.sqrt(np.diag(np.linalg.inv(precision)))
    values = (
      to_mean,
      -bias @ to_mean,
      np.zeros((12, 2)),
      np.log(np.expm1(stddev)),
    )
    for variable, value in zip(vae.variables, values):
      self.session.run(variable.assign(value.astype(np.float32)))
    random = np.random.RandomState(1)
    pixels = random.randn(100, 2) @ kernel + bias
    pixels += STDDEV * random.randn(*pixels.shape)
    estimates = self._estimate(
      vae, pixels.reshape(-1, *SHAPE), num_samples=2000
    )
    covariance = kernel.T @ kernel + STDDEV**2 * np.eye(len(bias))
    exact = stats.multivariate_normal(bias, covariance).logpdf(pixels)
    difference = estimates.log_likelihood - exact
    self.assertLess(np.abs(difference / estimates.stderr).max(), 5)
    error = np.sqrt((estimates.stderr**2).sum()) / len(pixels)
    self.assertLess(error, 0.02)
    self.assertLess(abs(difference.mean()), 4 * error)
    # The ELBO is a different number, and lower.
    self.assertLess(estimates.elbo.mean(), exact.mean() - 10 * error)

  @parameterized.parameters("diagonal", "full_covariance", "iaf")
  def test_integral_over_the_codes(self, posterior):
    vae = self._vae(posterior=posterior, prior="mixture", prior_components=3)
    self._train(vae, 300)
    estimates = self._estimate(vae, self.images, num_samples=5000)
    axis = np.arange(-8, 8, 0.05, np.float32)
    codes = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    likelihood = vae.decode(codes)
    log_prior = vae.prior.log_prob(tf.constant(codes))
    for image, estimate in zip(self.images, estimates.log_likelihood):
      joint = self.session.run(likelihood.log_prob(image[None]) + log_prior)
      exact = special.logsumexp(joint.astype(np.float64)) + 2 * np.log(0.05)
      self.assertAlmostEqual(estimate, exact, delta=0.05)

  @parameterized.parameters(
    ("bernoulli", "diagonal", "mixture"),
    ("bernoulli", "iaf", "standard_normal"),
    ("continuous_bernoulli", "diagonal", "standard_normal"),
    ("gaussian", "full_covariance", "standard_normal"),
    ("discretized_logistic", "diagonal", "standard_normal"),
  )
  def test_equals_numpy(self, likelihood, posterior, prior):
    vae = self._vae(likelihood=likelihood, posterior=posterior, prior=prior)
    # More than a block.
    count, seed, index = 700, 9, 2
    estimates = self._estimate(vae, self.bytes, num_samples=count, seed=seed)
    encoded = vae.encode(self.images[index : index + 1])
    draws = [
      encoded.sample_and_log_prob(
        fold_in((seed, index * 2**32 + start), "importance"), (500,)
      )
      for start in (0, 500)
    ]
    codes = tf.concat([codes[:, 0] for codes, _ in draws], axis=0)[:count]
    log_q = tf.concat([log_q[:, 0] for _, log_q in draws], axis=0)[:count]
    codes, log_q, log_prior = self.session.run(
      [codes, log_q, vae.prior.log_prob(codes)]
    )
    log_likelihoods = log_probs_of_numpy(
      likelihood,
      vae.decode(codes),
      self.images[index : index + 1],
      self.session.run,
    )
    rate = (log_q - log_prior).astype(np.float64)
    log_weights = log_likelihoods - rate
    weights = np.exp(log_weights - log_weights.max())
    expected = importance_sampling.Estimates(
      elbo=log_weights.mean(),
      rate=rate.mean(),
      distortion=-log_likelihoods.mean(),
      log_likelihood=special.logsumexp(log_weights) - np.log(count),
      stderr=weights.std(ddof=1) / weights.mean() / np.sqrt(count),
    )
    for ours, oracle in zip(estimates, expected):
      self.assertEqual(ours.dtype, np.float64)
      self.assertEqual(ours.shape, (5,))
      np.testing.assert_allclose(ours[index], oracle, rtol=1e-4, atol=1e-4)

  def test_vamp_prior(self):
    vae = self._vae(prior="vamp", prior_components=3)
    estimates = self._estimate(vae, self.images, num_samples=5000)
    more = self._estimate(vae, self.images, num_samples=5000, seed=1)
    spread = np.hypot(estimates.stderr, more.stderr)
    difference = estimates.log_likelihood - more.log_likelihood
    self.assertLess(np.abs(difference / spread).max(), 5)
    self.assertLess(spread.max(), 0.3)

  def test_more_samples_do_not_lower_the_mean(self):
    vae = self._vae()
    images = np.random.RandomState(2).rand(40, *SHAPE).astype(np.float32)
    graph = importance_sampling.build_estimation(vae)
    means, errors_ = [], []
    for count in (1, 2, 4, 8, 64, 128, 1024, 2048):
      estimates = importance_sampling.estimate(
        self.session, graph, images=images, num_samples=count
      )
      means.append(estimates.log_likelihood.mean())
      error = np.sqrt(np.square(estimates.stderr).mean() / len(images))
      errors_.append(error if count > 1 else np.inf)
      # By Jensen's inequality, for any weights.
      self.assertTrue((estimates.log_likelihood >= estimates.elbo - 1e-9).all())
    for i in range(1, len(means)):
      self.assertGreater(means[i], means[i - 1] - 4 * errors_[i])
    self.assertGreater(means[-1], means[0])

  def test_the_error_is_the_spread_between_seeds(self):
    vae = self._vae()
    graph = importance_sampling.build_estimation(vae)
    runs = [
      importance_sampling.estimate(
        self.session, graph, images=self.images, num_samples=100, seed=seed
      )
      for seed in range(200)
    ]
    spread = np.std([run.log_likelihood for run in runs], axis=0, ddof=1)
    claimed = np.sqrt(np.mean([run.stderr**2 for run in runs], axis=0))
    np.testing.assert_allclose(claimed, spread, rtol=0.3)

  def test_samples_at_once_make_no_difference(self):
    vae = self._vae()
    whole = importance_sampling.build_estimation(vae)
    for at_once in (1, 7, 499):
      parts = importance_sampling.build_estimation(vae, at_once=at_once)
      for count in (3, 500, 512):
        found, expected = [
          importance_sampling.estimate(
            self.session, graph, images=self.images[:2], num_samples=count
          )
          for graph in (parts, whole)
        ]
        np.testing.assert_allclose(found, expected, rtol=1e-5)

  def test_images_in_a_run_make_no_difference(self):
    vae = self._vae()
    graph = importance_sampling.build_estimation(vae)

    def estimate():
      return importance_sampling.estimate(
        self.session, graph, images=self.images, num_samples=30, seed=4
      )

    whole = estimate()
    for samples_per_run in (1, 60, 90):
      with absltest.mock.patch.object(
        importance_sampling, "_SAMPLES_PER_RUN", samples_per_run
      ):
        np.testing.assert_allclose(estimate(), whole, rtol=1e-7)
    with absltest.mock.patch.object(importance_sampling, "_PIXELS_PER_RUN", 1):
      np.testing.assert_allclose(estimate(), whole, rtol=1e-7)
    part = importance_sampling.estimate(
      self.session,
      graph,
      images=self.images[2:],
      num_samples=30,
      seed=4,
      first_index=2,
    )
    np.testing.assert_allclose(part, np.array(whole)[:, 2:], rtol=1e-7)
    # No two images have the same noise.
    copies = np.repeat(self.images[:1], 5, axis=0)
    elbos = importance_sampling.estimate(
      self.session, graph, images=copies, num_samples=30, seed=4
    ).elbo
    self.assertLen(np.unique(elbos), 5)

  def test_bytes_count_as_the_unit_interval(self):
    vae = self._vae()
    np.testing.assert_allclose(
      self._estimate(vae, self.bytes, num_samples=10),
      self._estimate(vae, self.images, num_samples=10),
      rtol=1e-6,
    )

  def test_progress_counts_the_images(self):
    done = []
    with absltest.mock.patch.object(
      importance_sampling, "_SAMPLES_PER_RUN", 20
    ):
      self._estimate(
        self._vae(), self.images, num_samples=10, progress=done.append
      )
    self.assertEqual(done, [2, 2, 1])

  def test_one_sample_has_no_error(self):
    estimates = self._estimate(self._vae(), self.images, num_samples=1)
    np.testing.assert_allclose(estimates.log_likelihood, estimates.elbo)
    self.assertTrue(np.isnan(estimates.stderr).all())

  def test_what_cannot_be_is_refused(self):
    with self.assertRaisesRegex(errors.ConfigError, "at least 1, found 0"):
      self._estimate(self._vae(), self.images, num_samples=0)
    with self.assertRaisesRegex(
      errors.ConfigError, "deterministic has no density"
    ):
      importance_sampling.build_estimation(self._vae(posterior="deterministic"))

  def test_mean_and_its_standard_error(self):
    values = np.random.RandomState(0).randn(50)
    mean, stderr = importance_sampling.mean_and_stderr(values)
    self.assertAlmostEqual(mean, values.mean())
    self.assertAlmostEqual(stderr, stats.sem(values))
    self.assertTrue(np.isnan(importance_sampling.mean_and_stderr([3.0])[1]))


if __name__ == "__main__":
  absltest.main()
