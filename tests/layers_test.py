import numpy as np
import scipy.signal
from absl.testing import absltest, parameterized

from vae_graph import errors, layers
from vae_graph.compat import tf, tfd

# Height and width of images, kernel size, strides, padding: odd and even sizes,
# kernels smaller and larger than the strides, and unlike axes.
CONVOLUTIONS = (
  ((7, 6), 3, 1, "same"),
  ((7, 6), 3, 2, "same"),
  ((8, 5), 5, 2, "same"),
  ((7, 6), 3, 2, "valid"),
  ((9, 8), 5, 2, "valid"),
  ((7, 7), 7, 1, "valid"),
  ((6, 9), 1, 3, "same"),
  ((6, 9), 2, 3, "valid"),
  ((7, 9), (2, 3), (1, 2), "valid"),
  ((7, 9), (2, 3), (2, 1), "same"),
)


def numpy_conv2d(images, kernel, strides, padding):
  """Convolves by SciPy, one pair of channels at a time."""
  row_stride, column_stride = strides
  if padding == "same":
    # As many zeros as make a size come to size / strides, rounded up, with the
    # odd one at the end.
    needed = [
      max((-(-size // stride) - 1) * stride + kernel_size - size, 0)
      for size, stride, kernel_size in zip(
        images.shape[1:3], strides, kernel.shape
      )
    ]
    pads = [(n // 2, n - n // 2) for n in needed]
    images = np.pad(images, [(0, 0)] + pads + [(0, 0)], "constant")
  outputs = 0
  for channel in range(images.shape[-1]):
    outputs = outputs + np.stack(
      [
        np.stack(
          [
            scipy.signal.correlate2d(
              image, kernel[:, :, channel, filter_], mode="valid"
            )
            for filter_ in range(kernel.shape[-1])
          ],
          axis=-1,
        )
        for image in images[..., channel]
      ]
    )
  return outputs[:, ::row_stride, ::column_stride]


def tf_layers(test):
  """Returns the module of the original layers, or skips the test."""
  try:
    with tf.Graph().as_default():
      tf.layers.conv2d(tf.zeros([1, 1, 1, 1]), 1, 1)
  except (AttributeError, NotImplementedError) as error:
    test.skipTest(f"tf.layers is gone: {error}")
  return tf.layers


def pair(value):
  return (value, value) if isinstance(value, int) else value


class LayersTest(parameterized.TestCase):
  def test_dense_equals_numpy(self):
    inputs = np.random.RandomState(0).randn(5, 3).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      outputs = layers.dense(tf.constant(inputs), 4, activation=tf.nn.relu)
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

  @parameterized.parameters(*CONVOLUTIONS)
  def test_conv2d_equals_scipy(self, image_size, size, strides, padding):
    random = np.random.RandomState(0)
    inputs = random.randn(2, *image_size, 3).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      outputs = layers.conv2d(
        tf.constant(inputs),
        4,
        size,
        strides=strides,
        padding=padding,
        activation=tf.nn.relu,
      )
      kernel, bias = tf.trainable_variables()
      session.run(tf.global_variables_initializer())
      session.run(bias.assign([0.1, -0.2, 0.3, -0.4]))
      found, kernel, bias = session.run([outputs, kernel, bias])
    expected = numpy_conv2d(inputs, kernel, pair(strides), padding) + bias
    np.testing.assert_allclose(
      found, np.maximum(expected, 0), rtol=1e-4, atol=1e-5
    )
    self.assertEqual(outputs.shape.as_list(), list(expected.shape))
    self.assertEqual(
      layers.conv_size(image_size, size, strides=strides, padding=padding),
      expected.shape[1:3],
    )

  @parameterized.parameters(*CONVOLUTIONS)
  def test_conv2d_transpose_is_the_adjoint(
    self, image_size, size, strides, padding
  ):
    # <conv(x), y> = <x, transpose(y)> for all x and y, with one kernel; the
    # convolution is SciPy's, and the kernel's axes tell which is which.
    random = np.random.RandomState(0)
    small_size = layers.conv_size(
      image_size, size, strides=strides, padding=padding
    )
    images = random.randn(2, *image_size, 3).astype(np.float32)
    inputs = random.randn(2, *small_size, 4).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      outputs = layers.conv2d_transpose(
        tf.constant(inputs),
        3,
        size,
        strides=strides,
        padding=padding,
        output_size=image_size,
      )
      kernel, bias = tf.trainable_variables()
      session.run(tf.global_variables_initializer())
      outputs, kernel, bias = session.run([outputs, kernel, bias])
    self.assertEqual(kernel.shape, pair(size) + (3, 4))
    self.assertEqual(bias.shape, (3,))
    convolved = numpy_conv2d(images, kernel, pair(strides), padding)
    self.assertEqual(outputs.shape, images.shape)
    np.testing.assert_allclose(
      (outputs * images).sum(), (convolved * inputs).sum(), rtol=1e-4
    )

  @parameterized.parameters(*CONVOLUTIONS)
  def test_conv2d_transpose_is_the_gradient_of_conv2d(
    self, image_size, size, strides, padding
  ):
    random = np.random.RandomState(0)
    with tf.Graph().as_default(), tf.Session() as session:
      images = tf.zeros((2,) + tuple(image_size) + (3,))
      convolved = layers.conv2d(
        images, 4, size, strides=strides, padding=padding
      )
      inputs = random.randn(*convolved.shape.as_list()).astype(np.float32)
      (gradient,) = tf.gradients(convolved, [images], grad_ys=[inputs])
      outputs = layers.conv2d_transpose(
        tf.constant(inputs),
        3,
        size,
        strides=strides,
        padding=padding,
        activation=tf.nn.relu,
        output_size=image_size,
      )
      kernel, _, transpose_kernel, bias = tf.trainable_variables()
      session.run(tf.global_variables_initializer())
      session.run(
        [transpose_kernel.assign(kernel), bias.assign([0.1, -0.2, 0.3])]
      )
      outputs, gradient, bias = session.run([outputs, gradient, bias])
    np.testing.assert_allclose(
      outputs, np.maximum(gradient + bias, 0), rtol=1e-5, atol=1e-6
    )

  @parameterized.parameters(*CONVOLUTIONS)
  def test_convolutions_equal_tf_layers(
    self, image_size, size, strides, padding
  ):
    inputs = np.random.RandomState(0).randn(2, *image_size, 3)
    inputs = inputs.astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      placeholder = tf.placeholder(
        tf.float32, (None,) + tuple(image_size) + (3,)
      )
      outputs, variables = {}, {}
      for scope, module in (("theirs", tf_layers(self)), ("ours", layers)):
        with tf.variable_scope(scope):
          hidden = module.conv2d(
            placeholder, 4, size, strides=strides, padding=padding
          )
          hidden = module.conv2d(
            hidden, 5, 3, activation=tf.nn.relu, padding="same"
          )
          hidden = module.conv2d_transpose(
            hidden, 4, size, strides=strides, padding=padding
          )
          hidden = module.conv2d_transpose(hidden, 2, 3, padding="same")
          hidden = module.conv2d(hidden, 1, 1)
        outputs[scope] = hidden
        variables[scope] = tf.trainable_variables(scope + "/")
      for ours, theirs in zip(variables["ours"], variables["theirs"]):
        self.assertEqual(
          ours.op.name.split("/")[1:], theirs.op.name.split("/")[1:]
        )
        self.assertEqual(ours.shape.as_list(), theirs.shape.as_list())
      self.assertLen(variables["ours"], len(variables["theirs"]))
      self.assertEqual(
        outputs["ours"].shape.as_list(), outputs["theirs"].shape.as_list()
      )
      session.run(tf.global_variables_initializer())
      for ours, theirs in zip(variables["ours"], variables["theirs"]):
        session.run(theirs.assign(ours))
      ours, theirs = session.run(
        [outputs["ours"], outputs["theirs"]], {placeholder: inputs}
      )
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)

  def test_names_of_convolutions_are_those_of_tf_layers(self):
    with tf.Graph().as_default():
      hidden = tf.zeros([1, 4, 4, 2])
      with tf.variable_scope("net"):
        for _ in range(2):
          hidden = layers.conv2d(hidden, 2, 3)
          hidden = layers.conv2d_transpose(hidden, 2, 3)
        layers.conv2d(hidden, 1, 1, name="head")
      names = [variable.op.name for variable in tf.global_variables()]
      for variable in tf.global_variables():
        self.assertEqual(variable.value().op.type, "ReadVariableOp")
    scopes = ["conv2d", "conv2d_transpose", "conv2d_1", "conv2d_transpose_1"]
    self.assertEqual(
      names,
      [f"net/{s}/{v}" for s in scopes + ["head"] for v in ("kernel", "bias")],
    )

  def test_batch_of_convolutions_is_dynamic(self):
    with tf.Graph().as_default(), tf.Session() as session:
      inputs = tf.placeholder(tf.float32, [None, 9, 6, 2])
      down = layers.conv2d(inputs, 3, 3, strides=2)
      up = layers.conv2d_transpose(down, 2, 3, strides=2, output_size=(9, 6))
      self.assertEqual(down.shape.as_list(), [None, 5, 3, 3])
      self.assertEqual(up.shape.as_list(), [None, 9, 6, 2])
      session.run(tf.global_variables_initializer())
      for batch in (0, 1, 3):
        found = session.run(up, {inputs: np.zeros((batch, 9, 6, 2))})
        self.assertEqual(found.shape, (batch, 9, 6, 2))

  def test_output_size_that_no_convolution_brings_back_is_refused(self):
    with tf.Graph().as_default():
      inputs = tf.zeros([1, 7, 7, 2])
      for size in ((12, 14), (14, 15)):
        with self.assertRaisesRegex(errors.ConfigError, r"to \(7, 7\), found"):
          layers.conv2d_transpose(inputs, 1, 3, strides=2, output_size=size)
      self.assertEmpty(tf.global_variables())

  def test_a_positive_scale_keeps_every_bit_above_its_floor(self):
    raw = np.linspace(-41, 41, 999).astype(np.float32)
    for function in (tf.nn.softplus, tf.exp):
      with tf.Graph().as_default(), tf.Session() as session:
        found, expected = session.run(
          [layers.positive_scale(raw, function), function(raw)]
        )
      np.testing.assert_array_equal(found, expected)

  @parameterized.parameters(0.0, 1.0, -100.0)
  def test_a_density_can_divide_by_a_positive_scale(self, loc):
    # From where softplus itself is 0 to well above the floor.
    raw = np.linspace(-200, -30, 1000).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      raw, loc = tf.constant(raw), tf.constant(loc)
      scale = layers.positive_scale(raw)
      log_prob = tfd.Normal(loc, scale).log_prob(loc + scale)
      gradients = tf.gradients(log_prob, [raw, loc])
      for value in session.run([log_prob, *gradients]):
        self.assertTrue(np.isfinite(value).all())

  def test_flatten(self):
    with tf.Graph().as_default():
      flat = layers.flatten(tf.placeholder(tf.float32, [None, 4, 5, 2]))
    self.assertEqual(flat.shape.as_list(), [None, 40])


if __name__ == "__main__":
  absltest.main()
