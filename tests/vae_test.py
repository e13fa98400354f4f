import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors
from vae_graph.compat import tf

# The variables of Danijar Hafner's script, which decide whether checkpoints of
# it restore.
HAFNER_VARIABLES = {
  "encoder/dense/kernel": (784, 200),
  "encoder/dense/bias": (200,),
  "encoder/dense_1/kernel": (200, 200),
  "encoder/dense_1/bias": (200,),
  "encoder/dense_2/kernel": (200, 2),
  "encoder/dense_2/bias": (2,),
  "encoder/dense_3/kernel": (200, 2),
  "encoder/dense_3/bias": (2,),
  "decoder/dense/kernel": (2, 200),
  "decoder/dense/bias": (200,),
  "decoder/dense_1/kernel": (200, 200),
  "decoder/dense_1/bias": (200,),
  "decoder/dense_2/kernel": (200, 784),
  "decoder/dense_2/bias": (784,),
}


def variable_shapes():
  return {
    variable.op.name: tuple(variable.shape.as_list())
    for variable in tf.global_variables()
  }


class VAETest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())

  @parameterized.parameters(True, False)
  def test_names_do_not_depend_on_what_is_called_first(self, encode_first):
    vae = vae_graph.VAE(vae_graph.ModelConfig(), (28, 28))
    if encode_first:
      vae.encode(tf.zeros([1, 28, 28]))
    vae.decode(vae.prior.sample(1, (0, 0)))
    vae.encode(tf.zeros([1, 28, 28]))
    self.assertEqual(variable_shapes(), HAFNER_VARIABLES)
    self.assertLen(vae.variables, len(HAFNER_VARIABLES))

  def test_calls_share_their_variables(self):
    vae = vae_graph.VAE(vae_graph.ModelConfig(), (28, 28))
    images = np.random.RandomState(0).rand(2, 28, 28).astype(np.float32)
    first, second = vae.encode(images), vae.encode(images)
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      first, second = session.run([first.mean, second.mean])
    np.testing.assert_array_equal(first, second)

  @parameterized.parameters(((28, 28),), ((7, 5),), ((4, 6, 3),))
  def test_shapes(self, image_shape):
    model = vae_graph.ModelConfig(hidden_units=(8,), code_size=3)
    vae = vae_graph.VAE(model, image_shape)
    posterior = vae.encode(tf.placeholder(tf.float32, (None, *image_shape)))
    likelihood = vae.decode(tf.zeros([10, 3]))
    self.assertEqual(posterior.mean.shape.as_list(), [None, 3])
    for images in (likelihood.mean(), likelihood.mode()):
      self.assertEqual(images.shape.as_list()[1:], list(image_shape))

  def test_no_hidden_layer_is_a_linear_model(self):
    vae = vae_graph.VAE(vae_graph.ModelConfig(hidden_units=()), (4, 4))
    vae.encode(tf.zeros([1, 4, 4]))
    vae.decode(tf.zeros([1, 2]))
    self.assertEqual(
      [v for name, v in sorted(variable_shapes().items()) if "kernel" in name],
      [(2, 16), (16, 2), (16, 2)],
    )

  def test_two_models_in_one_graph_and_in_the_callers_scope(self):
    model = vae_graph.ModelConfig(hidden_units=(3,))
    with tf.variable_scope("mine"):
      first = vae_graph.VAE(model, (4, 4))
    vae_graph.VAE(model, (4, 4)).encode(tf.zeros([1, 4, 4]))
    vae_graph.VAE(model, (4, 4)).encode(tf.zeros([1, 4, 4]))
    first.encode(tf.zeros([1, 4, 4]))
    scopes = {name.rpartition("/dense")[0] for name in variable_shapes()}
    self.assertEqual(scopes, {"mine/encoder", "encoder", "encoder_1"})

  def test_wrong_shapes_are_refused(self):
    for shape in ((28,), (28, 28, 1, 1), (0, 28)):
      with self.assertRaisesRegex(errors.ConfigError, "image_shape must be"):
        vae_graph.VAE(vae_graph.ModelConfig(), shape)
    vae = vae_graph.VAE(vae_graph.ModelConfig(), (28, 28))
    with self.assertRaisesRegex(errors.ConfigError, r"\[28, 28\] expected"):
      vae.encode(tf.zeros([1, 28, 27]))

  def test_eager_mode_is_refused(self):
    with tf.init_scope():
      if not tf.executing_eagerly():
        self.skipTest("this TensorFlow starts without eager execution")
      with self.assertRaisesRegex(errors.GraphModeError, "tf.Graph"):
        vae_graph.VAE(vae_graph.ModelConfig(), (28, 28))


if __name__ == "__main__":
  absltest.main()
