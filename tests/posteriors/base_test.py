"""What a posterior has, and how what it lacks is refused."""

from absl.testing import absltest, parameterized

from vae_graph import config, errors, registry
from vae_graph.compat import tf
from vae_graph.posteriors import Posterior
from vae_graph.priors.mixture import MixtureOfNormals
from vae_graph.priors.standard_normal import StandardNormal

MODEL = config.ModelConfig(code_size=3)


class PosteriorTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())

  def _posterior(self, name):
    posterior = registry.load(registry.POSTERIORS, name)
    return posterior(tf.zeros([4, 5]), MODEL)

  @parameterized.parameters(
    ("iaf", "InverseAutoregressiveFlow has no log_prob of any code; use one"),
    ("deterministic", "posterior Deterministic has no log_prob of any code"),
  )
  def test_a_density_that_is_not_known_is_refused(self, name, message):
    with self.assertRaisesRegex(errors.UnsupportedError, message) as caught:
      self._posterior(name).log_prob(tf.zeros([4, 3]))
    self.assertNotIn("\n", str(caught.exception))

  @parameterized.product(
    name=("iaf", "deterministic"),
    method=("kl_divergence", "kl_divergence_per_dimension"),
  )
  def test_a_divergence_without_closed_form_is_refused(self, name, method):
    message = "has no KL divergence per dimension in closed form; use one that"
    with self.assertRaisesRegex(errors.UnsupportedError, message):
      getattr(self._posterior(name), method)(StandardNormal(MODEL))

  def test_a_prior_without_marginals_is_refused(self):
    message = "prior MixtureOfNormals has no independent dimensions, which"
    with self.assertRaisesRegex(errors.UnsupportedError, message):
      self._posterior("diagonal").kl_divergence(MixtureOfNormals(MODEL))

  def test_only_a_total_of_correlated_dimensions_has_a_closed_form(self):
    posterior = self._posterior("full_covariance")
    prior = StandardNormal(MODEL)
    self.assertEqual(posterior.kl_divergence(prior).shape.as_list(), [4])
    with self.assertRaises(errors.UnsupportedError):
      posterior.kl_divergence_per_dimension(prior)

  def test_stddev_is_none_where_it_has_no_closed_form(self):
    for name in registry.POSTERIORS:
      posterior = self._posterior(name)
      self.assertEqual(posterior.mean.shape.as_list(), [4, 3])
      has_none = name in ("iaf", "deterministic")
      self.assertEqual(posterior.stddev is None, has_none, name)

  def test_a_posterior_of_ones_own_needs_no_more_than_it_has(self):
    class Mine(Posterior):
      def __init__(self, features, model_config):
        self.mean = features[:, : model_config.code_size]

      def _kl_divergence_per_dimension(self, prior):
        return self.mean**2 / 2

    posterior = Mine(tf.ones([4, 5]), MODEL)
    self.assertIsNone(posterior.stddev)
    with self.assertRaisesRegex(errors.UnsupportedError, "Mine has no sample"):
      posterior.sample_and_log_prob((1, 2))
    with tf.Session() as session:
      rate = session.run(posterior.kl_divergence(StandardNormal(MODEL)))
    self.assertEqual(rate.tolist(), [1.5] * 4)

  def test_divergences_have_name_scopes(self):
    posterior = self._posterior("diagonal")
    for method in ("kl_divergence", "kl_divergence_per_dimension"):
      divergence = getattr(posterior, method)(StandardNormal(MODEL))
      self.assertStartsWith(divergence.name, f"posterior/{method}/")


if __name__ == "__main__":
  absltest.main()
