"""The convolutional networks of "Variational Autoencoders with TFP Layers".

On 28x28 images, with a code of 16 dimensions (s2: strides of 2; padding is
"same" unless valid is said):

    [batch, 28, 28, 1] - 0.5 -conv 5x5-> [batch, 28, 28, 32]
      -conv 5x5 s2-> [batch, 14, 14, 32] -conv 5x5-> [batch, 14, 14, 64]
      -conv 5x5 s2-> [batch, 7, 7, 64] -conv 7x7 valid-> [batch, 1, 1, 64]
      -> 64 -> (posterior's head) code
    code [batch, 16] -> [batch, 1, 1, 16] -transpose 7x7 valid->
      [batch, 7, 7, 64] -transpose 5x5-> [batch, 7, 7, 64]
      -transpose 5x5 s2-> [batch, 14, 14, 64] -transpose 5x5->
      [batch, 14, 14, 32] -transpose 5x5 s2-> [batch, 28, 28, 32]
      -transpose 5x5-> [batch, 28, 28, 32] -conv 5x5-> [batch, 28, 28, 1]

Images of any size will do: the 7x7 kernels, which cover all that the strides
leave of 28x28, are as large as what they leave of another size (8x8 for 32x32).

References:
  Ian Fischer, Alex Alemi, Joshua Dillon and the TFP team, "Variational
  Autoencoders with Tensorflow Probability Layers", TensorFlow blog, 2019.
"""

from vae_graph import activations, layers
from vae_graph.compat import tf
from vae_graph.networks import shapes

_ENCODER = (
  shapes.Conv(32, 5),
  shapes.Conv(32, 5, strides=2),
  shapes.Conv(64, 5),
  shapes.Conv(64, 5, strides=2),
)
_TOP_CHANNELS = 64


def encoder(images, model_config):
  """The encoder: from images to features, which a posterior goes on from.

  Args:
    images: float32 `[batch, height, width, channels]` in [0, 1].
    model_config: a `ModelConfig`; reads `code_size` and `activation` (`auto`:
      leaky_relu).

  Returns:
    float32 `[batch, 4 * code_size]`.
  """
  activation = activations.chosen(model_config, "leaky_relu")
  hidden = shapes.conv_stack(images - 0.5, _ENCODER, activation)
  hidden = layers.conv2d(
    hidden,
    filters=4 * model_config.code_size,
    size=hidden.shape.as_list()[1:3],
    padding="valid",
    activation=activation,
  )
  return layers.flatten(hidden)


def decoder(code, model_config, image_shape, channels_out):
  """The decoder: from codes to a likelihood's parameters.

  Args:
    code: float32 `[batch, code_size]`.
    model_config: a `ModelConfig`; reads `activation` (`auto`: leaky_relu).
    image_shape: `(height, width)` of the image to make.
    channels_out: numbers per pixel that the likelihood needs.

  Returns:
    float32 `[batch, height, width, channels_out]`, unbounded.
  """
  activation = activations.chosen(model_config, "leaky_relu")
  full, _, half, _, quarter = shapes.sizes(
    image_shape, _ENCODER, network="tfp_layers_conv"
  )

  def transpose(inputs, filters, strides, output_size):
    return layers.conv2d_transpose(
      inputs,
      filters,
      5,
      strides=strides,
      activation=activation,
      output_size=output_size,
    )

  hidden = tf.reshape(code, [-1, 1, 1, int(code.shape[-1])])
  hidden = layers.conv2d_transpose(
    hidden, _TOP_CHANNELS, quarter, padding="valid", activation=activation
  )
  hidden = transpose(hidden, 64, 1, quarter)
  hidden = transpose(hidden, 64, 2, half)
  hidden = transpose(hidden, 32, 1, half)
  hidden = transpose(hidden, 32, 2, full)
  hidden = transpose(hidden, 32, 1, full)
  return layers.conv2d(hidden, channels_out, 5)
