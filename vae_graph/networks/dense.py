"""Fully connected networks.

With the default settings on 28x28 images:

    [batch, 28, 28, 1] -> 784 -> 200 -> 200 -> (posterior's head) code
    code [batch, 2] -> 200 -> 200 -> 784 -> [batch, 28, 28, 1] logits

References:
  Danijar Hafner, "Building Variational Auto-Encoders in TensorFlow", 2018.
"""

import numpy as np

from vae_graph import layers
from vae_graph.compat import tf


def encoder(images, config):
  """Turns images into features, from which a posterior makes its parameters.

  Args:
    images: float32 `[batch, height, width, channels]`.
    config: a `ModelConfig`; reads `hidden_units` and `activation` (`auto`:
      relu).

  Returns:
    float32 `[batch, n]`.
  """
  activation = layers.activation(config, "relu")
  hidden = layers.flatten(images)
  for units in config.hidden_units:
    hidden = layers.dense(hidden, units, activation)
  return hidden


def decoder(code, config, image_shape, channels_out):
  """Turns codes into the parameters of a likelihood; mirrors the encoder.

  Args:
    code: float32 `[batch, code_size]`.
    config: a `ModelConfig`; reads `hidden_units` and `activation` (`auto`:
      relu).
    image_shape: `(height, width)` of the image to make.
    channels_out: numbers per pixel that the likelihood needs.

  Returns:
    float32 `[batch, height, width, channels_out]`, unbounded.
  """
  activation = layers.activation(config, "relu")
  hidden = code
  for units in reversed(config.hidden_units):
    hidden = layers.dense(hidden, units, activation)
  height, width = image_shape
  hidden = layers.dense(hidden, int(np.prod([height, width, channels_out])))
  return tf.reshape(hidden, [-1, height, width, channels_out])
