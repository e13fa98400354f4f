from absl.testing import absltest

from tests.networks import layer_shapes
from vae_graph import config
from vae_graph.networks import tanh_conv

MODEL = config.ModelConfig(network="tanh_conv", code_size=2)


class TanhConvTest(absltest.TestCase):
  def test_layers_and_variables_are_the_published_ones(self):
    layers, variables = layer_shapes.build(tanh_conv, MODEL, (28, 28, 1))
    self.assertEqual(
      list(layers.items()),
      [
        ("encoder/conv2d", (12, 12, 8)),
        ("encoder/conv2d_1", (4, 4, 8)),
        ("encoder/dense", (64,)),
        ("decoder/dense", (64,)),
        ("decoder/dense_1", (128,)),
        ("decoder/conv2d_transpose", (12, 12, 8)),
        ("decoder/conv2d_transpose_1", (28, 28, 8)),
        ("decoder/conv2d", (28, 28, 1)),
      ],
    )
    self.assertEqual(
      variables,
      {
        "encoder/conv2d/kernel": (5, 5, 1, 8),
        "encoder/conv2d/bias": (8,),
        "encoder/conv2d_1/kernel": (5, 5, 8, 8),
        "encoder/conv2d_1/bias": (8,),
        "encoder/dense/kernel": (128, 64),
        "encoder/dense/bias": (64,),
        "decoder/dense/kernel": (2, 64),
        "decoder/dense/bias": (64,),
        "decoder/dense_1/kernel": (64, 128),
        "decoder/dense_1/bias": (128,),
        "decoder/conv2d_transpose/kernel": (5, 5, 8, 8),
        "decoder/conv2d_transpose/bias": (8,),
        "decoder/conv2d_transpose_1/kernel": (5, 5, 8, 8),
        "decoder/conv2d_transpose_1/bias": (8,),
        "decoder/conv2d/kernel": (3, 3, 8, 1),
        "decoder/conv2d/bias": (1,),
      },
    )
    # 25 * 8 + 8, 25 * 64 + 8, 128 * 64 + 64.
    self.assertEqual(
      layer_shapes.count(variables, "encoder"), 208 + 1608 + 8256
    )
    # 2 * 64 + 64, 64 * 128 + 128, twice 25 * 64 + 8, 9 * 8 + 1.
    self.assertEqual(
      layer_shapes.count(variables, "decoder"), 192 + 8320 + 2 * 1608 + 73
    )

  def test_layers_on_color_images(self):
    layers, _ = layer_shapes.build(tanh_conv, MODEL, (32, 32, 3))
    self.assertEqual(
      list(layers.values()),
      [
        (14, 14, 8),
        (5, 5, 8),
        (64,),
        (64,),
        (200,),
        (14, 14, 8),
        (32, 32, 8),
        (32, 32, 3),
      ],
    )


if __name__ == "__main__":
  absltest.main()
