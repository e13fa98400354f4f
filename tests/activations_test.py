import numpy as np
from absl.testing import absltest

from vae_graph import activations, config
from vae_graph.compat import tf


class ActivationsTest(absltest.TestCase):
  def test_chosen(self):
    for chosen, function in (("auto", tf.nn.tanh), ("elu", tf.nn.elu)):
      model = config.ModelConfig(activation=chosen)
      self.assertIs(activations.chosen(model, "tanh"), function)

  def test_leaky_relu_has_the_gradient_of_tensorflow_bit_for_bit(self):
    values = np.random.RandomState(0).normal(size=1000).astype(np.float32)
    values[:3] = 0, -0.0, np.nan
    found = []
    for function in (activations.leaky_relu, tf.nn.leaky_relu):
      with tf.Graph().as_default(), tf.Session() as session:
        inputs = tf.constant(values)
        outputs = function(inputs)
        (gradient,) = tf.gradients(outputs * inputs, inputs)
        found.append(session.run([outputs, gradient]))
    np.testing.assert_array_equal(*found)


if __name__ == "__main__":
  absltest.main()
