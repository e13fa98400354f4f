"""What a prior has, and how what it lacks is refused."""

from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors, registry
from vae_graph.compat import tf
from vae_graph.priors import Prior


class PriorTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())

  def test_what_is_not_defined_is_refused(self):
    class Mine(Prior):
      pass

    prior = Mine()
    self.assertEqual(prior.variables, ())
    for ask, what in (
      (lambda: prior.sample(1, (1, 2)), "sample"),
      (lambda: prior.log_prob(tf.zeros([1, 2])), "log_prob"),
      (lambda: prior.marginals, "independent dimensions"),
    ):
      with self.assertRaisesRegex(
        errors.UnsupportedError, f"prior Mine has no {what}.*; use one that has"
      ) as caught:
        ask()
      self.assertNotIn("\n", str(caught.exception))

  @parameterized.parameters(*registry.PRIORS)
  def test_samples_have_a_name_scope_and_variables_have_none(self, name):
    model = vae_graph.ModelConfig(hidden_units=(3,), prior=name)
    with tf.name_scope("mine"):
      vae = vae_graph.VAE(model, (4, 4))
      sample = vae.prior.sample(5, (1, 2))
    self.assertStartsWith(sample.name, "mine/prior/sample/")
    for variable in vae.prior.variables:
      self.assertStartsWith(variable.op.name, "prior/")


if __name__ == "__main__":
  absltest.main()
