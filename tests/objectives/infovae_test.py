import numpy as np
from absl.testing import absltest, parameterized
from scipy.spatial import distance

import vae_graph
from vae_graph.compat import tf
from vae_graph.objectives.mmd import KERNELS, mmd
from vae_graph.randomness import fold_in


class MmdTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())
    random = np.random.RandomState(0)
    self.x = random.randn(30, 3).astype(np.float32)
    self.y = (random.randn(20, 3) + 0.5).astype(np.float32)

  @parameterized.parameters(*KERNELS)
  def test_is_zero_for_equal_samples_and_positive_otherwise(self, kernel):
    equal, other = self.session.run(
      [mmd(*pair, kernel=KERNELS[kernel]) for pair in self._pairs()]
    )
    self.assertAlmostEqual(equal, 0, places=6)
    self.assertGreater(other, 1e-3)

  def _pairs(self):
    x = tf.constant(self.x)
    return (x, tf.constant(self.x[::-1])), (x, tf.constant(self.y))

  def test_kernels_are_their_formulas(self):
    squares = distance.cdist(self.x, self.y, "sqeuclidean")
    rbf, imq = self.session.run(
      [KERNELS[name](tf.constant(self.x), self.y) for name in ("rbf", "imq")]
    )
    # The mean over 3 dimensions, divided by 3 once more.
    np.testing.assert_allclose(rbf, np.exp(-squares / 3 / 3), rtol=1e-4)
    np.testing.assert_allclose(imq, 6 / (6 + squares), rtol=1e-4)

  @parameterized.parameters(*KERNELS)
  def test_gradient_matches_finite_differences(self, kernel):
    x = tf.placeholder(tf.float32, self.x.shape)
    value = mmd(x, tf.constant(self.y), kernel=KERNELS[kernel])
    gradient = self.session.run(tf.gradients(value, x)[0], {x: self.x})
    for index in ((0, 0), (7, 2)):
      values = []
      for step in (0.05, -0.05):
        moved = self.x.copy()
        moved[index] += step
        values.append(float(self.session.run(value, {x: moved})))
      self.assertAlmostEqual(
        gradient[index], (values[0] - values[1]) / 0.1, delta=2e-5
      )


class InfoVaeTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())
    self.images = np.random.RandomState(0).rand(20, 3, 4).astype(np.float32)

  def _vae(self, **settings):
    model = vae_graph.ModelConfig(hidden_units=(6,), code_size=2, **settings)
    return vae_graph.VAE(model, (3, 4))

  def _run(self, tensors):
    self.session.run(tf.global_variables_initializer())
    return self.session.run(tensors)

  def test_one_corner_is_the_evidence_lower_bound(self):
    vae = self._vae()
    config = vae_graph.ObjectiveConfig(
      objective="infovae", infovae_alpha=0, infovae_lambda=1
    )
    one, other = self._run(
      [
        vae_graph.infovae(vae, self.images, (1, 2), config=config).loss,
        vae_graph.elbo_mc(vae, self.images, (1, 2)).loss,
      ]
    )
    self.assertAlmostEqual(one, other, places=4)

  @parameterized.parameters(*KERNELS)
  def test_another_corner_is_the_mmd_vae(self, kernel):
    # With fixed Gaussian pixels of variance 1/2, the distortion is the squared
    # error and a constant.
    vae = self._vae(likelihood="gaussian", likelihood_stddev=0.5**0.5)
    config = vae_graph.ObjectiveConfig(
      objective="infovae",
      infovae_alpha=1,
      infovae_lambda=12.0,
      mmd_kernel=kernel,
    )
    loss, published = self._run(
      [
        vae_graph.infovae(vae, self.images, (1, 2), config=config).loss,
        vae_graph.mmd_vae(
          vae,
          self.images,
          (1, 2),
          config=vae_graph.ObjectiveConfig(
            objective="mmd_vae", mmd_kernel=kernel
          ),
        ).loss,
      ]
    )
    constant = 12 * 0.5 * np.log(np.pi)
    self.assertAlmostEqual((loss - constant) / 12, published, places=4)

  @parameterized.parameters("diagonal", "deterministic")
  def test_mmd_vae_is_error_per_pixel_and_mmd(self, posterior):
    vae = self._vae(posterior=posterior)
    config = vae_graph.ObjectiveConfig(objective="mmd_vae", infovae_lambda=3.0)
    terms = vae_graph.mmd_vae(vae, self.images, (1, 2), config=config)
    code, _ = vae.encode(self.images).sample_and_log_prob((1, 2))
    prior_code = vae.prior.sample(20, fold_in((1, 2), "prior"))
    found, code, prior_code, means = self._run(
      [terms.defined(), code, prior_code, vae.decode(code).mean()]
    )

    def kernel(x, y):
      return np.exp(-distance.cdist(x, y, "sqeuclidean") / 2 / 2).mean()

    discrepancy = (
      kernel(code, code)
      + kernel(prior_code, prior_code)
      - 2 * kernel(code, prior_code)
    )
    expected = ((means - self.images) ** 2).mean() + 3 * discrepancy
    self.assertAlmostEqual(found["loss"], expected, places=5)
    cross_entropy = -(
      self.images * np.log(means) + (1 - self.images) * np.log(1 - means)
    ).sum(axis=(1, 2))
    np.testing.assert_allclose(found["distortion"], cross_entropy, rtol=1e-4)
    self.assertEqual("rate" in found, posterior == "diagonal")
    self.assertEqual("elbo" in found, posterior == "diagonal")

  def test_without_density_infovae_has_no_rate(self):
    vae = self._vae(posterior="deterministic")
    config = vae_graph.ObjectiveConfig(
      objective="infovae", infovae_alpha=1, infovae_lambda=2
    )
    terms = vae_graph.infovae(vae, self.images, (1, 2), config=config)
    self.assertEqual(set(terms.defined()), {"loss", "distortion"})
    code, _ = vae.encode(self.images).sample_and_log_prob((1, 2))
    prior_code = vae.prior.sample(20, fold_in((1, 2), "prior"))
    found, discrepancy = self._run(
      [terms.defined(), mmd(code, prior_code, kernel=KERNELS["rbf"])]
    )
    expected = found["distortion"].mean() + 2 * discrepancy
    self.assertAlmostEqual(found["loss"], expected, places=4)


if __name__ == "__main__":
  absltest.main()
