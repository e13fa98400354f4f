import numpy as np
from absl.testing import absltest, parameterized

from vae_graph import layers
from vae_graph.compat import tf

# Written down on TF 1.15.5; every other TensorFlow must give the same bits.
KERNEL_ROW = [0.47357892990112305, -0.7522857189178467, 0.18185019493103027]


class LayersTest(parameterized.TestCase):
  def test_dense_equals_numpy(self):
    inputs = np.random.RandomState(0).randn(5, 3).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      outputs = layers.dense(tf.constant(inputs), 4, tf.nn.relu)
      kernel, bias = tf.trainable_variables()
      session.run(tf.global_variables_initializer())
      session.run(bias.assign([0.1, -0.2, 0.3, -0.4]))
      outputs, kernel, bias = session.run([outputs, kernel, bias])
    np.testing.assert_allclose(
      outputs, np.maximum(inputs @ kernel + bias, 0), rtol=1e-5, atol=1e-6
    )

  def test_names_are_those_of_tf_layers(self):
    with tf.Graph().as_default():
      hidden = tf.zeros([1, 2])
      with tf.variable_scope("net"):
        for _ in range(3):
          hidden = layers.dense(hidden, 2)
        layers.dense(hidden, 1, name="head")
      names = [variable.op.name for variable in tf.global_variables()]
    scopes = ["net/dense", "net/dense_1", "net/dense_2", "net/head"]
    self.assertEqual(
      names, [f"{s}/{v}" for s in scopes for v in ("kernel", "bias")]
    )

  def test_initial_kernel_is_glorot_uniform(self):
    with tf.Graph().as_default(), tf.Session() as session:
      layers.dense(tf.zeros([1, 300]), 200)
      session.run(tf.global_variables_initializer())
      kernel, bias = session.run(tf.trainable_variables())
    limit = np.sqrt(6 / 500)
    self.assertLessEqual(np.abs(kernel).max(), limit)
    spread = limit / np.sqrt(3)
    self.assertAlmostEqual(kernel.std(), spread, delta=0.01 * spread)
    self.assertAlmostEqual(kernel.mean(), 0, delta=4 * spread / np.sqrt(60000))
    np.testing.assert_array_equal(bias, 0)

  def _kernel(self, seed, scope="net"):
    with tf.Graph().as_default(), tf.Session() as session:
      if seed is not None:
        tf.set_random_seed(seed)
      with tf.variable_scope(scope):
        layers.dense(tf.zeros([1, 3]), 3)
      session.run(tf.global_variables_initializer())
      return session.run(tf.trainable_variables()[0])

  def test_initial_kernel_is_a_function_of_graph_seed_and_name(self):
    np.testing.assert_array_equal(self._kernel(1), self._kernel(1))
    np.testing.assert_array_equal(self._kernel(None), self._kernel(0))
    self.assertFalse(np.array_equal(self._kernel(1), self._kernel(2)))
    self.assertFalse(np.array_equal(self._kernel(1), self._kernel(1, "other")))

  def test_initial_kernel_is_the_same_on_every_tensorflow(self):
    np.testing.assert_array_equal(self._kernel(0)[0], np.float32(KERNEL_ROW))

  def test_an_initializer_of_the_callers_scope_is_respected(self):
    with tf.Graph().as_default(), tf.Session() as session:
      ones = tf.ones_initializer()
      with tf.variable_scope("net", initializer=ones):
        layers.dense(tf.zeros([1, 3]), 3)
      session.run(tf.global_variables_initializer())
      kernel, bias = session.run(tf.trainable_variables())
    np.testing.assert_array_equal(kernel, 1)
    np.testing.assert_array_equal(bias, 0)

  def test_flatten(self):
    with tf.Graph().as_default():
      flat = layers.flatten(tf.placeholder(tf.float32, [None, 4, 5, 2]))
    self.assertEqual(flat.shape.as_list(), [None, 40])


if __name__ == "__main__":
  absltest.main()
