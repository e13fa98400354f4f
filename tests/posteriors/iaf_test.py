import numpy as np
from absl.testing import absltest, parameterized
from scipy import stats

from vae_graph import config
from vae_graph.compat import tf
from vae_graph.posteriors.iaf import InverseAutoregressiveFlow


class InverseAutoregressiveFlowTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())

  def _posterior(self, code_size=4, steps=3):
    model = config.ModelConfig(
      code_size=code_size, posterior="iaf", iaf_steps=steps, iaf_hidden_units=9
    )
    features = np.random.RandomState(0).randn(2, 5).astype(np.float32)
    with tf.variable_scope("encoder", reuse=tf.AUTO_REUSE):
      posterior = InverseAutoregressiveFlow(tf.constant(features), model)
    self.session.run(tf.global_variables_initializer())
    # Weights that make the gates differ, while float32 still resolves the
    # differences by which the Jacobian is taken.
    for variable in tf.trainable_variables():
      noise = np.random.RandomState(1).randn(*variable.shape.as_list())
      variable.load(0.4 * noise.astype(np.float32), self.session)
    return posterior

  def _numerical_jacobian(self, posterior, code):
    """Central differences of the flow at `[batch, d]`, `[batch, d, d]`."""
    inputs = tf.placeholder(tf.float32, code.shape)
    outputs, _ = posterior._flow(inputs)
    columns = []
    for j in range(code.shape[1]):
      moved = []
      for step in (5e-3, -5e-3):
        shifted = code.copy()
        shifted[:, j] += step
        moved.append(self.session.run(outputs, {inputs: shifted}))
      columns.append((moved[0] - moved[1]) / 1e-2)
    return np.stack(columns, axis=-1)

  @parameterized.product(code_size=(1, 2, 5), steps=(1, 2, 3))
  def test_log_determinant_is_that_of_the_numerical_jacobian(
    self, code_size, steps
  ):
    posterior = self._posterior(code_size, steps)
    code = np.random.RandomState(2).randn(2, code_size).astype(np.float32)
    _, log_gates = posterior._flow(tf.constant(code))
    jacobian = self._numerical_jacobian(posterior, code)
    sign, expected = np.linalg.slogdet(jacobian)
    np.testing.assert_array_equal(np.abs(sign), 1)
    np.testing.assert_allclose(
      self.session.run(log_gates), expected, atol=2e-2, rtol=1e-2
    )

  def test_a_step_is_autoregressive_and_the_order_is_reversed_between(self):
    code = np.random.RandomState(2).randn(2, 4).astype(np.float32)
    one = self._numerical_jacobian(self._posterior(steps=1), code)
    np.testing.assert_allclose(np.triu(one, 1), 0, atol=1e-4)
    self.assertGreater(np.abs(np.tril(one, -1)).max(), 1e-2)
    two = self._numerical_jacobian(self._posterior(steps=2), code)
    # Every dimension then depends on several others, in both directions.
    self.assertGreater(np.abs(np.triu(two, 1)).max(), 1e-2)

  def test_density_integrates_to_one(self):
    # Importance sampling from a wide Gaussian is not possible, as the density
    # is known at its own samples alone; so E_q[1 / q] over a box is its volume.
    posterior = self._posterior(code_size=1, steps=2)
    code, log_prob = self.session.run(
      posterior.sample_and_log_prob((1, 2), (20000,))
    )
    code, log_prob = code[:, 0, 0], log_prob[:, 0]
    low, high = np.percentile(code, [20, 80])
    inside = (code > low) & (code < high)
    volume = np.where(inside, np.exp(-log_prob), 0)
    error = volume.std() / np.sqrt(len(volume))
    self.assertAlmostEqual(volume.mean(), high - low, delta=5 * error)

  def test_log_prob_of_no_bent_flow_is_the_base(self):
    posterior = self._posterior()
    for variable in tf.trainable_variables():
      if "iaf" in variable.op.name:
        variable.load(np.zeros(variable.shape.as_list()), self.session)
    code, log_prob = posterior.sample_and_log_prob((1, 2), (3,))
    base = posterior._base
    code, log_prob, mean, stddev = self.session.run(
      [code, log_prob, base.mean, base.stddev]
    )
    # Every gate is sigmoid(2) and every shift 0, in three steps; the order is
    # reversed twice.
    gate = 1 / (1 + np.exp(-2.0))
    oracle = stats.norm(mean * gate**3, stddev * gate**3).logpdf(code)
    np.testing.assert_allclose(log_prob, oracle.sum(-1), rtol=1e-3)

  def test_two_calls_share_their_variables(self):
    self._posterior()
    before = [variable.op.name for variable in tf.global_variables()]
    self._posterior()
    after = [variable.op.name for variable in tf.global_variables()]
    self.assertEqual(before, after)
    self.assertIn("encoder/iaf_2/output/kernel", before)


if __name__ == "__main__":
  absltest.main()
