import numpy as np
from absl.testing import absltest, parameterized

from vae_graph import layers
from vae_graph.compat import tf

# Written down on TF 1.15.5; every other TensorFlow must give the same bits.
KERNEL_ROW = [0.47357892990112305, -0.7522857189178467, 0.18185019493103027]
CONV_KERNEL_ROW = [
  -0.07267355918884277,
  0.21676406264305115,
  -0.2830929160118103,
]
TRANSPOSE_KERNEL_ROW = [
  -0.054336220026016235,
  -0.33042415976524353,
  0.3301258981227875,
]


class InitializersTest(parameterized.TestCase):
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

  @parameterized.parameters(layers.conv2d, layers.conv2d_transpose)
  def test_initial_kernel_of_convolutions_is_glorot_uniform(self, layer):
    with tf.Graph().as_default(), tf.Session() as session:
      layer(tf.zeros([1, 8, 8, 40]), 60, (3, 5))
      session.run(tf.global_variables_initializer())
      kernel, bias = session.run(tf.trainable_variables())
    # Each output sees 3 * 5 * 40 inputs, each input 3 * 5 * 60 outputs.
    limit = np.sqrt(6 / (600 + 900))
    self.assertLessEqual(np.abs(kernel).max(), limit)
    spread = limit / np.sqrt(3)
    self.assertAlmostEqual(kernel.std(), spread, delta=0.01 * spread)
    np.testing.assert_array_equal(bias, 0)

  @parameterized.parameters(
    (layers.conv2d, CONV_KERNEL_ROW),
    (layers.conv2d_transpose, TRANSPOSE_KERNEL_ROW),
  )
  def test_initial_kernel_of_convolutions_is_the_same_on_every_tensorflow(
    self, layer, row
  ):
    with tf.Graph().as_default(), tf.Session() as session:
      with tf.variable_scope("net"):
        layer(tf.zeros([1, 3, 3, 3]), 3, 3)
      session.run(tf.global_variables_initializer())
      kernel = session.run(tf.trainable_variables()[0])
    np.testing.assert_array_equal(kernel[0, 0, 0], np.float32(row))


if __name__ == "__main__":
  absltest.main()
