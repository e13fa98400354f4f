import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.networks import layer_shapes
from vae_graph import config, errors, registry
from vae_graph.compat import tf

CONVOLUTIONAL = sorted(set(registry.NETWORKS) - {"dense"})
SHAPES = ((28, 28), (28, 28, 1), (32, 32, 3))


def small(network):
  """A model with few units, of whatever the network reads."""
  units = {"hidden_units": (16,)} if network == "dense" else {}
  return config.ModelConfig(network=network, code_size=2, **units)


class NetworksTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())

  @parameterized.product(
    network=sorted(registry.NETWORKS), image_shape=((28, 28), (32, 32, 3))
  )
  def test_three_steps_of_training(self, network, image_shape):
    model = small(network)
    images = np.random.RandomState(0).rand(4, *image_shape)
    vae = vae_graph.VAE(model, image_shape)
    step = tf.train.get_or_create_global_step()
    seed = vae_graph.step_seed(0, step)
    terms = vae_graph.elbo(vae, images.astype(np.float32), seed)
    optimizer = tf.train.AdamOptimizer(1e-3)
    grads_and_vars = optimizer.compute_gradients(terms.loss)
    train = optimizer.apply_gradients(grads_and_vars, global_step=step)
    gradients = [gradient for gradient, _ in grads_and_vars]
    self.assertNotIn(None, gradients)
    losses = []
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      for _ in range(3):
        loss, values, _ = session.run([terms.loss, gradients, train])
        losses.append(loss)
        for value, (_, variable) in zip(values, grads_and_vars):
          self.assertTrue(np.isfinite(value).all(), variable.op.name)
          self.assertGreater(np.abs(value).max(), 0, variable.op.name)
      self.assertTrue(np.isfinite(losses).all())
      self.assertLess(session.run(terms.loss), losses[0])

  @parameterized.product(
    network=sorted(registry.NETWORKS),
    # Odd and unlike sizes; the smallest that all networks can take is 13x13.
    image_shape=SHAPES + ((13, 13), (14, 15), (16, 31, 2), (30, 27), (64, 64)),
  )
  def test_images_of_any_shape_are_made_exactly(self, network, image_shape):
    vae = vae_graph.VAE(small(network), image_shape)
    posterior = vae.encode(tf.placeholder(tf.float32, (None, *image_shape)))
    decoded = vae.decode(tf.placeholder(tf.float32, (None, 2))).mean()
    self.assertEqual(posterior.mean.shape.as_list(), [None, 2])
    self.assertEqual(decoded.shape.as_list(), [None, *image_shape])
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      images = np.zeros((3, *image_shape), np.float32)
      reconstruction = session.run(vae.decode(vae.encode(images).mean).mean())
    self.assertEqual(reconstruction.shape, images.shape)

  @parameterized.parameters(
    (
      "rstudio_conv",
      (6, 28),
      "network=rstudio_conv cannot take images of 6x28: 6x28 into conv 3x3"
      " strides 2 valid, 2x13 into conv 3x3 strides 2 valid, larger than what"
      " is left; use larger images or another network, such as"
      " --network=dense",
    ),
    (
      "tanh_conv",
      (28, 12),
      "network=tanh_conv cannot take images of 28x12: 28x12 into conv 5x5"
      " strides 2 valid, 12x4 into conv 5x5 strides 2 valid, larger than",
    ),
    ("tanh_conv", (4, 4), "images of 4x4: 4x4 into conv 5x5 strides 2 valid, "),
  )
  def test_too_small_images_are_refused_before_any_op(
    self, network, image_size, message
  ):
    model = config.ModelConfig(network=network)
    module = registry.load(registry.NETWORKS, network)
    images, code = tf.zeros([1, *image_size, 3]), tf.zeros([1, 2])
    graph = tf.get_default_graph()
    ops = len(graph.get_operations())
    for build in (
      lambda: module.encoder(images, model),
      lambda: module.decoder(code, model, image_size, 3),
    ):
      with self.assertRaises(errors.ConfigError) as caught:
        build()
      self.assertIn(message, str(caught.exception))
      self.assertNotIn("\n", str(caught.exception))
    self.assertLen(graph.get_operations(), ops)

  @parameterized.parameters(("rstudio_conv", 7), ("tfp_layers_conv", 1))
  def test_the_smallest_images(self, network, size):
    module = registry.load(registry.NETWORKS, network)
    model = config.ModelConfig(network=network)
    module.encoder(tf.zeros([1, size, size, 1]), model)
    images = module.decoder(tf.zeros([1, 2]), model, (size, size), 1)
    self.assertEqual(images.shape.as_list(), [1, size, size, 1])

  @parameterized.product(network=CONVOLUTIONAL, channels_out=(1, 6))
  def test_likelihoods_may_need_many_numbers_per_pixel(
    self, network, channels_out
  ):
    module = registry.load(registry.NETWORKS, network)
    images = module.decoder(
      tf.placeholder(tf.float32, [None, 5]),
      config.ModelConfig(network=network, code_size=5),
      (28, 20),
      channels_out,
    )
    self.assertEqual(images.shape.as_list(), [None, 28, 20, channels_out])

  @parameterized.parameters(
    ("dense", "Relu"),
    ("rstudio_conv", "Relu"),
    ("tanh_conv", "Tanh"),
    ("tfp_layers_conv", "LeakyRelu"),
  )
  def test_activation_is_the_published_one_unless_another_is_asked_for(
    self, network, published
  ):
    module = registry.load(registry.NETWORKS, network)
    for chosen, expected in (("auto", published), ("elu", "Elu")):
      model = config.ModelConfig(network=network, activation=chosen)
      with tf.Graph().as_default() as graph:
        module.encoder(tf.zeros([1, 28, 28, 1]), model)
        module.decoder(tf.zeros([1, 2]), model, (28, 28), 1)
        outputs = layer_shapes.outputs(graph)
      kinds = [op.type for op in outputs]
      # Every layer but the decoder's last.
      self.assertEqual(kinds[:-1], [expected] * (len(kinds) - 1))
      self.assertEqual(kinds[-1], "BiasAdd")


if __name__ == "__main__":
  absltest.main()
