import numpy as np
from absl.testing import absltest, parameterized
from scipy.special import logit

import vae_graph
from vae_graph import errors, registry
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


SMALL = vae_graph.ModelConfig(hidden_units=(3,))
SMALL_VARIABLES = [
  f"{layer}/{variable}"
  for layer in (
    "encoder/dense",
    "encoder/dense_1",
    "encoder/dense_2",
    "decoder/dense",
    "decoder/dense_1",
  )
  for variable in ("kernel", "bias")
]
SCOPES = ("encoder", "decoder", "prior")


def names(vae):
  return [variable.name.partition(":")[0] for variable in vae.variables]


def reconstruct(vae, images):
  return vae.decode(vae.encode(images).mean).mean()


def wrapped_model():
  """A function of images that makes a model, and the model."""
  made = []

  def function(images):
    made.append(vae_graph.VAE(SMALL, (4, 4)))
    return reconstruct(made[0], images)

  images = tf.TensorSpec([None, 4, 4], tf.float32)
  return tf.wrap_function(function, [images]), made[0]


def variable_shapes():
  return {
    variable.op.name: tuple(variable.shape.as_list())
    for variable in tf.global_variables()
  }


class VAETest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())

  def test_is_whole_when_it_is_made(self):
    vae = vae_graph.VAE(vae_graph.ModelConfig(), (28, 28))
    self.assertEqual(variable_shapes(), HAFNER_VARIABLES)
    # The documented order: that of the calls, the encoder's before the
    # decoder's.
    self.assertEqual(names(vae), list(HAFNER_VARIABLES))

  @parameterized.parameters(
    {"posterior": "iaf", "prior": "mixture"},
    {"posterior": "full_covariance", "prior": "vamp"},
    {"network": "tanh_conv", "likelihood": "gaussian"},
  )
  def test_nothing_that_is_called_makes_another_variable(self, **settings):
    vae = vae_graph.VAE(vae_graph.ModelConfig(**settings), (14, 14))
    made = names(vae)
    self.assertEqual([v.op.name for v in tf.global_variables()], made)
    scopes = [name.partition("/")[0] for name in made]
    self.assertEqual(scopes, sorted(scopes, key=SCOPES.index))
    prior_code = vae.prior.sample(3, (0, 0))
    vae.decode(prior_code).log_prob(tf.zeros([3, 14, 14]))
    code, _ = vae.encode(tf.zeros([3, 14, 14])).sample_and_log_prob((1, 2))
    vae.prior.log_prob(code)
    self.assertEqual(names(vae), made)
    self.assertLen(tf.global_variables(), len(made))

  def test_ops_of_the_first_calls_have_the_plain_names(self):
    vae = vae_graph.VAE(SMALL, (4, 4))
    self.assertStartsWith(vae.encode(tf.zeros([1, 4, 4])).mean.name, "encoder/")
    mean = vae.decode(tf.zeros([1, 2])).mean()
    (logits,) = mean.op.inputs
    self.assertStartsWith(logits.op.name, "decoder/")

  @parameterized.product(made_inside=(True, False), control_flow_v2=(0, 1))
  def test_in_a_while_loop(self, made_inside, control_flow_v2):
    self._use_control_flow(control_flow_v2)
    made = []

    def make():
      made.append(vae_graph.VAE(SMALL, (4, 4)))
      return names(made[0])

    def body(step, images):
      if made_inside:
        self.assertEqual(make(), SMALL_VARIABLES)
      return step + 1, reconstruct(made[0], images)

    if not made_inside:
      make()
    images = tf.ones([2, 4, 4])
    _, found = tf.while_loop(
      lambda step, _: step < 2, body, (tf.constant(0), images)
    )
    expected = reconstruct(made[0], reconstruct(made[0], images))
    self.assertEqual(names(made[0]), SMALL_VARIABLES)
    self.assertEqual(list(variable_shapes()), SMALL_VARIABLES)
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      found, expected = session.run([found, expected])
      self.assertLen(session.run(made[0].variables), len(SMALL_VARIABLES))
    np.testing.assert_allclose(found, expected, rtol=1e-6)

  def _use_control_flow(self, v2):
    def use(chosen):
      toggle = "enable" if chosen else "disable"
      getattr(tf, f"{toggle}_control_flow_v2")()

    self.addCleanup(use, tf.control_flow_v2_enabled())
    use(v2)

  def test_in_a_wrapped_function(self):
    wrapped, vae = wrapped_model()
    self.assertEqual(names(vae), SMALL_VARIABLES)
    mean = wrapped(tf.ones([2, 4, 4]))
    with tf.Session() as session:
      session.run([variable.initializer for variable in vae.variables])
      before = session.run(mean)
      session.run(vae.variables[-1].assign_add(tf.ones([16])))
      after = session.run(mean)
    # A bias of the logits, raised by one.
    np.testing.assert_allclose(logit(after), logit(before) + 1, rtol=1e-4)

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
    vae_graph.VAE(vae_graph.ModelConfig(hidden_units=()), (4, 4))
    self.assertEqual(
      [v for name, v in sorted(variable_shapes().items()) if "kernel" in name],
      [(2, 16), (16, 2), (16, 2)],
    )

  def test_two_models_in_one_graph_and_in_the_callers_scope(self):
    with tf.variable_scope("mine", initializer=tf.ones_initializer()):
      first = vae_graph.VAE(SMALL, (4, 4))
    second, third = (vae_graph.VAE(SMALL, (4, 4)) for _ in range(2))
    for vae, encoder, decoder in (
      (first, "mine/encoder", "mine/decoder"),
      (second, "encoder", "decoder"),
      (third, "encoder_1", "decoder_1"),
    ):
      scopes = [name.partition("/dense")[0] for name in names(vae)]
      self.assertEqual(scopes, [encoder] * 6 + [decoder] * 4)
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      np.testing.assert_array_equal(session.run(first.variables[0]), 1)

  def test_wrong_shapes_are_refused(self):
    for shape in ((28,), (28, 28, 1, 1), (0, 28)):
      with self.assertRaisesRegex(errors.ConfigError, "image_shape must be"):
        vae_graph.VAE(vae_graph.ModelConfig(), shape)


class EagerProgramTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly():
      self.skipTest("this TensorFlow starts without eager execution")

  def test_a_model_outside_of_a_graph_is_refused(self):
    with self.assertRaisesRegex(errors.GraphModeError, "tf.Graph"):
      vae_graph.VAE(SMALL, (4, 4))

  def test_a_model_in_a_wrapped_function(self):
    wrapped, vae = wrapped_model()
    self.assertEqual(names(vae), SMALL_VARIABLES)
    images = tf.ones([2, 4, 4])
    before = wrapped(images).numpy()
    vae.variables[-1].assign_add(tf.ones([16]))
    after = wrapped(images).numpy()
    np.testing.assert_allclose(logit(after), logit(before) + 1, rtol=1e-4)


class IncompletePartTest(absltest.TestCase):
  def test_is_refused_in_a_line(self):
    class Half:
      def __init__(self, model_config, vae):
        del model_config, vae

      def sample(self, n, seed):
        raise NotImplementedError

    registry.PRIORS["half"] = Half
    self.addCleanup(registry.PRIORS.pop, "half")
    model_config = vae_graph.ModelConfig(prior="half")
    with tf.Graph().as_default(), self.assertRaisesRegex(
      errors.ConfigError,
      "prior half has no variables and no log_prob; inherit"
      " vae_graph.priors.Prior, and define what it can$",
    ):
      vae_graph.VAE(model_config, (3, 4))


class UntrainedVariableTest(absltest.TestCase):
  def test_is_refused_in_a_line(self):
    class Network:
      @staticmethod
      def encoder(images, model_config):
        del model_config
        shift = tf.get_variable("shift", [], trainable=False)
        return tf.reshape(images, [-1, 12]) + shift

      @staticmethod
      def decoder(code, model_config, image_shape, channels_out):
        del model_config, image_shape, channels_out
        return tf.reshape(tf.concat([code] * 6, axis=-1), [-1, 3, 4, 1])

    registry.NETWORKS["untrained"] = Network
    self.addCleanup(registry.NETWORKS.pop, "untrained")
    model_config = vae_graph.ModelConfig(network="untrained")
    with tf.Graph().as_default(), self.assertRaisesRegex(
      errors.ConfigError, "variable encoder/shift:0 is not trainable"
    ):
      vae_graph.VAE(model_config, (3, 4))


if __name__ == "__main__":
  absltest.main()
