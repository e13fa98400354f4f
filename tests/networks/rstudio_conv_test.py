from absl.testing import absltest

from tests.networks import layer_shapes
from vae_graph import config
from vae_graph.networks import rstudio_conv

MODEL = config.ModelConfig(network="rstudio_conv", code_size=2)


class RstudioConvTest(absltest.TestCase):
  def test_layers_and_variables_are_the_published_ones(self):
    layers, variables = layer_shapes.build(rstudio_conv, MODEL, (28, 28, 1))
    self.assertEqual(
      list(layers.items()),
      [
        ("encoder/conv2d", (13, 13, 32)),
        ("encoder/conv2d_1", (6, 6, 64)),
        ("decoder/dense", (1568,)),
        ("decoder/conv2d_transpose", (14, 14, 64)),
        ("decoder/conv2d_transpose_1", (28, 28, 32)),
        ("decoder/conv2d_transpose_2", (28, 28, 1)),
      ],
    )
    self.assertEqual(
      variables,
      {
        "encoder/conv2d/kernel": (3, 3, 1, 32),
        "encoder/conv2d/bias": (32,),
        "encoder/conv2d_1/kernel": (3, 3, 32, 64),
        "encoder/conv2d_1/bias": (64,),
        "decoder/dense/kernel": (2, 1568),
        "decoder/dense/bias": (1568,),
        "decoder/conv2d_transpose/kernel": (3, 3, 64, 32),
        "decoder/conv2d_transpose/bias": (64,),
        "decoder/conv2d_transpose_1/kernel": (3, 3, 32, 64),
        "decoder/conv2d_transpose_1/bias": (32,),
        "decoder/conv2d_transpose_2/kernel": (3, 3, 1, 32),
        "decoder/conv2d_transpose_2/bias": (1,),
      },
    )
    # 9 * 32 + 32, 9 * 32 * 64 + 64.
    self.assertEqual(layer_shapes.count(variables, "encoder"), 320 + 18496)
    # 2 * 1568 + 1568, 9 * 64 * 32 + 64, 9 * 32 * 64 + 32, 9 * 32 + 1.
    self.assertEqual(
      layer_shapes.count(variables, "decoder"), 4704 + 18496 + 18464 + 289
    )

  def test_layers_on_color_images(self):
    layers, variables = layer_shapes.build(rstudio_conv, MODEL, (32, 32, 3))
    self.assertEqual(
      list(layers.values()),
      [
        (15, 15, 32),
        (7, 7, 64),
        (2048,),
        (16, 16, 64),
        (32, 32, 32),
        (32, 32, 3),
      ],
    )
    self.assertEqual(variables["encoder/conv2d/kernel"], (3, 3, 3, 32))


if __name__ == "__main__":
  absltest.main()
