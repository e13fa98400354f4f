"""Fully connected networks.

With the default settings on 28x28 images:

    [batch, 28, 28, 1] -> 784 -> 200 -> 200 -> (posterior's head) code
    code [batch, 2] -> 200 -> 200 -> 784 -> [batch, 28, 28, 1] logits

References:
  Danijar Hafner, "Building Variational Auto-Encoders in TensorFlow", 2018.
"""

import numpy as np

from vae_graph import activations, layers
from vae_graph.compat import tf


def encoder(images, model_config):
  """The encoder: from images to features, which a posterior goes on from.

  Args:
    images: float32 `[batch, height, width, channels]`.
    model_config: a `ModelConfig`; reads `hidden_units` and `activation`
      (`auto`: relu).

  Returns:
    float32 `[batch, n]`.
  """
  activation = activations.chosen(model_config, "relu")
  hidden = layers.flatten(images)
  for units in model_config.hidden_units:
    hidden = layers.dense(hidden, units, activation=activation)
  return hidden


def decoder(code, model_config, image_shape, channels_out):
  """The decoder: from codes to a likelihood's parameters; the encoder mirrored.

  Args:
    code: float32 `[batch, code_size]`.
    model_config: a `ModelConfig`; reads `hidden_units` and `activation`
      (`auto`: relu).
    image_shape: `(height, width)` of the image to make.
    channels_out: numbers per pixel that the likelihood needs.

  Returns:
    float32 `[batch, height, width, channels_out]`, unbounded.
  """
  activation = activations.chosen(model_config, "relu")
  hidden = code
  for units in reversed(model_config.hidden_units):
    hidden = layers.dense(hidden, units, activation=activation)
  height, width = image_shape
  hidden = layers.dense(hidden, int(np.prod([height, width, channels_out])))
  return tf.reshape(hidden, [-1, height, width, channels_out])
