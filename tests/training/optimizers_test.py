import numpy as np
from absl.testing import absltest, parameterized

from vae_graph import config
from vae_graph.compat import tf
from vae_graph.training import optimizers


class OptimizersTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())

  def _rates(self, steps, **settings):
    training = config.TrainingConfig(learning_rate=0.5, **settings)
    step = tf.placeholder(tf.int64, [])
    rate = optimizers.scheduled_learning_rate(step, training)
    return [self.session.run(rate, {step: now}) for now in steps]

  def test_constant_is_the_number_itself(self):
    self.assertEqual(
      optimizers.scheduled_learning_rate(
        3, config.TrainingConfig(learning_rate=0.5)
      ),
      0.5,
    )

  def test_piecewise(self):
    np.testing.assert_allclose(
      self._rates(
        (0, 9, 10, 19, 20, 99),
        learning_rate_schedule="piecewise",
        decay_boundaries=(10, 20),
        decay_rate=0.1,
      ),
      [0.5, 0.5, 0.05, 0.05, 0.005, 0.005],
      rtol=1e-5,
    )

  def test_exponential(self):
    np.testing.assert_allclose(
      self._rates(
        (0, 50, 100, 200),
        learning_rate_schedule="exponential",
        decay_steps=100,
        decay_rate=0.25,
      ),
      [0.5, 0.25, 0.125, 0.03125],
      rtol=1e-5,
    )

  def test_cosine_ends_at_zero_and_stays_there(self):
    np.testing.assert_allclose(
      self._rates(
        (0, 50, 100, 200), learning_rate_schedule="cosine", decay_steps=100
      ),
      [0.5, 0.25, 0, 0],
      atol=1e-6,
    )

  def test_warm_up_multiplies_any_schedule(self):
    np.testing.assert_allclose(
      self._rates((0, 4, 9, 50), warmup_steps=10),
      [0.05, 0.25, 0.5, 0.5],
      rtol=1e-5,
    )
    np.testing.assert_allclose(
      self._rates(
        (4, 50),
        warmup_steps=10,
        learning_rate_schedule="cosine",
        decay_steps=100,
      ),
      [0.25 * 0.5 * (1 + np.cos(np.pi * 0.04)), 0.25],
      rtol=1e-5,
    )

  @parameterized.parameters(("adam", 0.0), ("rmsprop", 0.5), ("sgd", 0.5))
  def test_every_rule_goes_downhill_with_the_rate_of_the_step(
    self, name, momentum
  ):
    training = config.TrainingConfig(
      optimizer=name, learning_rate=0.1, momentum=momentum
    )
    variable = tf.get_variable("x", initializer=[3.0, -2.0], use_resource=True)
    loss = tf.reduce_sum(variable**2)
    optimizer = optimizers.make_optimizer(0.1, training)
    train = optimizer.apply_gradients(optimizer.compute_gradients(loss))
    self.session.run(tf.global_variables_initializer())
    for _ in range(100):
      self.session.run(train)
    self.assertLess(self.session.run(loss), 1.0)

  def test_sgd_is_its_formula(self):
    training = config.TrainingConfig(
      optimizer="sgd", learning_rate=0.1, momentum=0.9
    )
    variable = tf.get_variable("x", initializer=1.0, use_resource=True)
    optimizer = optimizers.make_optimizer(0.1, training)
    train = optimizer.apply_gradients([(tf.constant(2.0), variable)])
    self.session.run(tf.global_variables_initializer())
    expected, speed = 1.0, 0.0
    for _ in range(3):
      self.session.run(train)
      speed = 0.9 * speed + 2.0
      expected -= 0.1 * speed
    self.assertAlmostEqual(self.session.run(variable), expected, places=5)

  def test_clipping_keeps_the_direction_and_bounds_the_norm(self):
    gradients = [(tf.constant([3.0]), "a"), (tf.constant([4.0]), "b")]
    self.assertIs(optimizers.clip_gradients(gradients, 0), gradients)
    for norm, expected in ((1.0, [0.6, 0.8]), (10.0, [3.0, 4.0])):
      clipped = optimizers.clip_gradients(gradients, norm)
      self.assertEqual([name for _, name in clipped], ["a", "b"])
      values = self.session.run([value for value, _ in clipped])
      np.testing.assert_allclose(np.ravel(values), expected, rtol=1e-5)


if __name__ == "__main__":
  absltest.main()
