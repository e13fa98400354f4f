import numpy as np
from absl.testing import absltest, parameterized
from scipy import special, stats

from vae_graph.compat import tf, tfd
from vae_graph.likelihoods.bernoulli import Bernoulli


class BernoulliTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())

  def _logits(self, *shape):
    return np.random.RandomState(0).randn(*shape).astype(np.float32) * 3

  def test_log_prob_of_binary_images_is_scipys(self):
    logits = self._logits(6, 4, 5, 1)
    images = (np.random.RandomState(1).rand(6, 4, 5) < 0.5).astype(np.float32)
    likelihood = Bernoulli(tf.constant(logits), (4, 5))
    log_prob = self.session.run(likelihood.log_prob(images))
    expected = stats.bernoulli.logpmf(images, special.expit(logits[..., 0]))
    np.testing.assert_allclose(log_prob, expected.sum((1, 2)), rtol=1e-5)

  def test_log_prob_of_gray_images_is_tensorflow_probabilitys(self):
    logits = self._logits(6, 4, 5, 3)
    images = np.random.RandomState(1).rand(6, 4, 5, 3).astype(np.float32)
    likelihood = Bernoulli(tf.constant(logits), (4, 5, 3))
    oracle = tfd.Independent(tfd.Bernoulli(logits), 3).log_prob(
      tf.constant(images)
    )
    ours, theirs = self.session.run([likelihood.log_prob(images), oracle])
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)

  def test_log_prob_is_finite_for_any_logit(self):
    logits = np.float32([-1e4, -100, 0, 100, 1e4]).reshape(1, 1, 5, 1)
    likelihood = Bernoulli(tf.constant(logits), (1, 5))
    right = np.float32([[[0, 0, 1, 1, 1]]])
    log_prob = self.session.run(
      [likelihood.log_prob(right), likelihood.log_prob(1 - right)]
    )
    np.testing.assert_allclose(log_prob[0], np.log(0.5), rtol=1e-6)
    np.testing.assert_allclose(log_prob[1], np.log(0.5) - 20200, rtol=1e-6)

  def test_gradient_is_pixel_minus_probability(self):
    logits = tf.constant(self._logits(2, 3, 3, 1))
    images = np.random.RandomState(1).rand(2, 3, 3).astype(np.float32)
    likelihood = Bernoulli(logits, (3, 3))
    gradient = tf.gradients(likelihood.log_prob(images), logits)[0]
    gradient, mean = self.session.run([gradient, likelihood.mean()])
    np.testing.assert_allclose(gradient[..., 0], images - mean, atol=1e-6)

  @parameterized.parameters((28, 28), (4, 5, 3), (1, 127), (11, 11))
  def test_log_prob_of_one_image_under_many_codes(self, *shape):
    random = np.random.RandomState(1)
    logits = self._logits(20, int(np.prod(shape))).reshape(20, *shape)
    logits[0], logits[1, ..., 0], logits[2, ..., 0] = 0, 1e4, -1e4
    parameters = logits if len(shape) == 3 else logits[..., np.newaxis]
    likelihood = Bernoulli(tf.constant(parameters), shape)
    for image in (random.rand(*shape), random.rand(*shape) < 0.5):
      image = image.astype(np.float32)
      ours, general = self.session.run(
        [
          likelihood.log_prob_of_one(tf.constant(image)),
          likelihood.log_prob(image[np.newaxis]),
        ]
      )
      exact = logits.astype(np.float64)
      exact = (image * exact - np.logaddexp(0, exact)).reshape(20, -1).sum(1)
      np.testing.assert_allclose(ours, exact, rtol=1e-5)
      np.testing.assert_allclose(ours, general, rtol=1e-5)

  def test_no_product_overflows(self):
    parameters = np.zeros((1, 120, 120, 1), np.float32)
    likelihood = Bernoulli(tf.constant(parameters), (120, 120))
    log_prob = self.session.run(likelihood.log_prob_of_one(tf.ones([120, 120])))
    np.testing.assert_allclose(log_prob, 14400 * np.log(0.5), rtol=1e-6)

  def test_gradient_at_extreme_logits(self):
    values = np.float32([-1e4, -100, -20, 0, 20, 100, 1e4]).reshape(1, 1, 7, 1)
    logits = tf.constant(values)
    likelihood = Bernoulli(logits, (1, 7))
    for pixel in (0.0, 0.4, 1.0):
      images = np.full((1, 1, 7), pixel, np.float32)
      gradient = tf.gradients(likelihood.log_prob(images), logits)[0]
      np.testing.assert_allclose(
        self.session.run(gradient), pixel - special.expit(values), atol=1e-7
      )

  def test_mean_mode_and_sample(self):
    logits = self._logits(1, 4, 4, 1)
    likelihood = Bernoulli(
      tf.constant(np.tile(logits, (2000, 1, 1, 1))), (4, 4)
    )
    mean, mode, sample = self.session.run(
      [likelihood.mean(), likelihood.mode(), likelihood.sample((1, 2))]
    )
    np.testing.assert_allclose(
      mean[0], special.expit(logits[0, ..., 0]), rtol=1e-5
    )
    np.testing.assert_array_equal(mode, mean > 0.5)
    self.assertEqual(set(np.unique(sample)), {0, 1})
    error = np.sqrt(mean[0] * (1 - mean[0]) / 2000)
    self.assertLess((np.abs(sample.mean(0) - mean[0]) / error).max(), 5)


if __name__ == "__main__":
  absltest.main()
