"""The convolutional networks of RStudio's article on the MMD-VAE.

On 28x28 images, with a code of 2 dimensions (s2: strides of 2):

    [batch, 28, 28, 1] -conv 3x3 s2 valid-> [batch, 13, 13, 32]
      -conv 3x3 s2 valid-> [batch, 6, 6, 64] -> 2304 -> (posterior's head) code
    code [batch, 2] -dense-> 1568 -> [batch, 7, 7, 32]
      -transpose 3x3 s2-> [batch, 14, 14, 64] -transpose 3x3 s2->
      [batch, 28, 28, 32] -transpose 3x3-> [batch, 28, 28, 1]

Any image of at least 7x7 will do: the decoder begins with a quarter of its
height and width, rounded up, and where a size is odd the transposed convolution
makes the odd one of the two sizes that it can make.

References:
  Sigrid Keydana, "Representation learning with MMD-VAE", RStudio AI blog, 2018.
"""

from vae_graph import activations, layers
from vae_graph.compat import tf
from vae_graph.networks import shapes

_ENCODER = (
  shapes.Conv(32, 3, strides=2, padding="valid"),
  shapes.Conv(64, 3, strides=2, padding="valid"),
)
# What the decoder's transposed convolutions undo, in the encoder's direction.
_DECODER = (shapes.Conv(64, 3, strides=2), shapes.Conv(32, 3, strides=2))
_START_CHANNELS = 32


def encoder(images, model_config):
  """The encoder: from images to features, which a posterior goes on from.

  Args:
    images: float32 `[batch, height, width, channels]`.
    model_config: a `ModelConfig`; reads `activation` (`auto`: relu).

  Returns:
    float32 `[batch, n]`.

  Raises:
    ConfigError: the images are too small.
  """
  _sizes(images.shape.as_list()[1:3], _ENCODER)
  activation = activations.chosen(model_config, "relu")
  return layers.flatten(shapes.conv_stack(images, _ENCODER, activation))


def decoder(code, model_config, image_shape, channels_out):
  """The decoder: from codes to a likelihood's parameters.

  Args:
    code: float32 `[batch, code_size]`.
    model_config: a `ModelConfig`; reads `activation` (`auto`: relu).
    image_shape: `(height, width)` of the image to make.
    channels_out: numbers per pixel that the likelihood needs.

  Returns:
    float32 `[batch, height, width, channels_out]`, unbounded.

  Raises:
    ConfigError: the encoder could not take such an image.
  """
  _sizes(image_shape, _ENCODER)
  full, half, quarter = _sizes(image_shape, _DECODER)
  activation = activations.chosen(model_config, "relu")
  start = quarter + (_START_CHANNELS,)
  units = start[0] * start[1] * start[2]
  hidden = layers.dense(code, units, activation=activation)
  hidden = tf.reshape(hidden, (-1,) + start)
  for conv, output_size in zip(_DECODER, (half, full)):
    hidden = layers.conv2d_transpose(
      hidden, **conv._asdict(), activation=activation, output_size=output_size
    )
  return layers.conv2d_transpose(hidden, channels_out, 3)


def _sizes(image_shape, convs):
  return shapes.sizes(image_shape, convs, network="rstudio_conv")
