import numpy as np
from absl.testing import absltest

from tests.networks import layer_shapes
from vae_graph import config
from vae_graph.compat import tf
from vae_graph.networks import tfp_layers_conv

MODEL = config.ModelConfig(network="tfp_layers_conv", code_size=16)


class TfpLayersConvTest(absltest.TestCase):
  def test_layers_and_variables_are_the_published_ones(self):
    layers, variables = layer_shapes.build(tfp_layers_conv, MODEL, (28, 28, 1))
    self.assertEqual(
      list(layers.items()),
      [
        ("encoder/conv2d", (28, 28, 32)),
        ("encoder/conv2d_1", (14, 14, 32)),
        ("encoder/conv2d_2", (14, 14, 64)),
        ("encoder/conv2d_3", (7, 7, 64)),
        ("encoder/conv2d_4", (1, 1, 64)),
        ("decoder/conv2d_transpose", (7, 7, 64)),
        ("decoder/conv2d_transpose_1", (7, 7, 64)),
        ("decoder/conv2d_transpose_2", (14, 14, 64)),
        ("decoder/conv2d_transpose_3", (14, 14, 32)),
        ("decoder/conv2d_transpose_4", (28, 28, 32)),
        ("decoder/conv2d_transpose_5", (28, 28, 32)),
        ("decoder/conv2d", (28, 28, 1)),
      ],
    )
    self.assertEqual(
      [(name, shape) for name, shape in variables.items() if len(shape) > 1],
      [
        ("encoder/conv2d/kernel", (5, 5, 1, 32)),
        ("encoder/conv2d_1/kernel", (5, 5, 32, 32)),
        ("encoder/conv2d_2/kernel", (5, 5, 32, 64)),
        ("encoder/conv2d_3/kernel", (5, 5, 64, 64)),
        ("encoder/conv2d_4/kernel", (7, 7, 64, 64)),
        ("decoder/conv2d_transpose/kernel", (7, 7, 64, 16)),
        ("decoder/conv2d_transpose_1/kernel", (5, 5, 64, 64)),
        ("decoder/conv2d_transpose_2/kernel", (5, 5, 64, 64)),
        ("decoder/conv2d_transpose_3/kernel", (5, 5, 32, 64)),
        ("decoder/conv2d_transpose_4/kernel", (5, 5, 32, 32)),
        ("decoder/conv2d_transpose_5/kernel", (5, 5, 32, 32)),
        ("decoder/conv2d/kernel", (5, 5, 32, 1)),
      ],
    )
    self.assertEqual(
      {name: shape for name, shape in variables.items() if len(shape) == 1},
      {f"{name}/bias": shape[-1:] for name, shape in layers.items()},
    )
    # 25 * 32 + 32, 25 * 32 * 32 + 32, 25 * 32 * 64 + 64, 25 * 64 * 64 + 64,
    # 49 * 64 * 64 + 64.
    self.assertEqual(
      layer_shapes.count(variables, "encoder"),
      832 + 25632 + 51264 + 102464 + 200768,
    )
    # 49 * 16 * 64 + 64, twice 25 * 64 * 64 + 64, 25 * 64 * 32 + 32, twice
    # 25 * 32 * 32 + 32, 25 * 32 + 1.
    self.assertEqual(
      layer_shapes.count(variables, "decoder"),
      50240 + 2 * 102464 + 51232 + 2 * 25632 + 801,
    )

  def test_layers_on_color_images(self):
    layers, variables = layer_shapes.build(tfp_layers_conv, MODEL, (32, 32, 3))
    self.assertEqual(
      list(layers.values()),
      [
        (32, 32, 32),
        (16, 16, 32),
        (16, 16, 64),
        (8, 8, 64),
        (1, 1, 64),
        (8, 8, 64),
        (8, 8, 64),
        (16, 16, 64),
        (16, 16, 32),
        (32, 32, 32),
        (32, 32, 32),
        (32, 32, 3),
      ],
    )
    self.assertEqual(variables["encoder/conv2d_4/kernel"], (8, 8, 64, 64))

  def test_middle_gray_is_the_encoders_zero(self):
    # All biases are 0 at first, so only a zero input gives zero features.
    with tf.Graph().as_default(), tf.Session() as session:
      features = tfp_layers_conv.encoder(tf.fill([1, 28, 28, 1], 0.5), MODEL)
      session.run(tf.global_variables_initializer())
      np.testing.assert_array_equal(session.run(features), np.zeros((1, 64)))


if __name__ == "__main__":
  absltest.main()
