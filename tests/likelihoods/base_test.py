"""What a likelihood lacks is refused or made of what it has."""

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors, registry
from vae_graph.compat import tf
from vae_graph.likelihoods import Likelihood

SHAPE = (2, 3)
MODEL = vae_graph.ModelConfig()


class LikelihoodTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())

  def _likelihood(self, name):
    kind = registry.load(registry.LIKELIHOODS, name)
    channels = kind.parameters_per_pixel(MODEL)
    random = np.random.RandomState(0)
    parameters = tf.constant(random.randn(7, *SHAPE, channels), tf.float32)
    return kind(parameters, SHAPE, MODEL)

  @parameterized.parameters(*registry.LIKELIHOODS)
  def test_log_prob_of_one_is_log_prob_of_its_copies(self, name):
    likelihood = self._likelihood(name)
    image = np.float32([[0, 20, 255], [3, 128, 250]]) / 255
    one, copies = self.session.run(
      [
        likelihood.log_prob_of_one(tf.constant(image)),
        likelihood.log_prob(tf.constant(np.tile(image, (7, 1, 1)))),
      ]
    )
    self.assertEqual(one.shape, (7,))
    np.testing.assert_allclose(one, copies, rtol=1e-5)

  def test_what_is_not_defined_is_refused(self):
    class Mine(Likelihood):
      pass

    likelihood = Mine(tf.zeros([7, *SHAPE, 1]), SHAPE, MODEL)
    self.assertEqual(Mine.parameters_per_pixel(MODEL), 1)
    for ask, what in (
      (likelihood.mean, "mean"),
      (likelihood.mode, "mode"),
      (lambda: likelihood.sample((1, 2)), "sample"),
      (lambda: likelihood.log_prob(tf.zeros([7, *SHAPE])), "log_prob"),
      (lambda: likelihood.log_prob_of_one(tf.zeros(SHAPE)), "log_prob"),
    ):
      with self.assertRaisesRegex(
        errors.UnsupportedError, f"likelihood Mine has no {what}; use one that"
      ) as caught:
        ask()
      self.assertNotIn("\n", str(caught.exception))

  @parameterized.parameters(*registry.LIKELIHOODS)
  def test_methods_have_name_scopes(self, name):
    likelihood = self._likelihood(name)
    for method, tensor in (
      ("mode", likelihood.mode()),
      ("sample", likelihood.sample((1, 2))),
      ("log_prob", likelihood.log_prob(tf.zeros([7, *SHAPE]))),
      ("log_prob_of_one", likelihood.log_prob_of_one(tf.zeros(SHAPE))),
    ):
      # The mode of a Gaussian is there already.
      if (name, method) != ("gaussian", "mode"):
        self.assertStartsWith(tensor.name, f"likelihood/{method}/")


if __name__ == "__main__":
  absltest.main()
