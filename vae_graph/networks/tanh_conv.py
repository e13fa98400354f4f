"""A small convolutional network of tanh units, from course notes on TFP.

On 28x28 images, with a code of 2 dimensions (s2: strides of 2):

    [batch, 28, 28, 1] -conv 5x5 s2 valid-> [batch, 12, 12, 8]
      -conv 5x5 s2 valid-> [batch, 4, 4, 8] -> 128 -dense-> 64
      -> (posterior's head) code
    code [batch, 2] -dense-> 64 -dense-> 128 -> [batch, 4, 4, 8]
      -transpose 5x5 s2 valid-> [batch, 12, 12, 8] -transpose 5x5 s2 valid->
      [batch, 28, 28, 8] -conv 3x3-> [batch, 28, 28, 1]

Any image of at least 13x13 will do: the decoder goes back through the encoder's
sizes. Where those of the published network are even, as they are here, that is
its output padding of 1.

References:
  Course notes on probabilistic deep learning, "VAE with TFP".
"""

from vae_graph import activations, layers
from vae_graph.compat import tf
from vae_graph.networks import shapes

_CONVS = (
  shapes.Conv(8, 5, strides=2, padding="valid"),
  shapes.Conv(8, 5, strides=2, padding="valid"),
)
_UNITS = 64


def encoder(images, model_config):
  """The encoder: from images to features, which a posterior goes on from.

  Args:
    images: float32 `[batch, height, width, channels]`.
    model_config: a `ModelConfig`; reads `activation` (`auto`: tanh).

  Returns:
    float32 `[batch, 64]`.

  Raises:
    ConfigError: the images are too small.
  """
  shapes.sizes(images.shape.as_list()[1:3], _CONVS, network="tanh_conv")
  activation = activations.chosen(model_config, "tanh")
  hidden = layers.flatten(shapes.conv_stack(images, _CONVS, activation))
  return layers.dense(hidden, _UNITS, activation=activation)


def decoder(code, model_config, image_shape, channels_out):
  """The decoder: from codes to a likelihood's parameters; the encoder mirrored.

  Args:
    code: float32 `[batch, code_size]`.
    model_config: a `ModelConfig`; reads `activation` (`auto`: tanh).
    image_shape: `(height, width)` of the image to make.
    channels_out: numbers per pixel that the likelihood needs.

  Returns:
    float32 `[batch, height, width, channels_out]`, unbounded.

  Raises:
    ConfigError: the encoder could not take such an image.
  """
  sizes = shapes.sizes(image_shape, _CONVS, network="tanh_conv")
  activation = activations.chosen(model_config, "tanh")
  start = sizes[-1] + (_CONVS[-1].filters,)
  hidden = layers.dense(code, _UNITS, activation=activation)
  units = start[0] * start[1] * start[2]
  hidden = layers.dense(hidden, units, activation=activation)
  hidden = tf.reshape(hidden, (-1,) + start)
  for conv, output_size in zip(reversed(_CONVS), reversed(sizes[:-1])):
    hidden = layers.conv2d_transpose(
      hidden, **conv._asdict(), activation=activation, output_size=output_size
    )
  return layers.conv2d(hidden, channels_out, 3)
