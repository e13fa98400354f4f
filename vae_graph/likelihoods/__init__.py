"""Likelihoods p(x|z) of images, one module each.

A likelihood is made from the decoder's output, `[batch, height, width, channels
* parameters_per_pixel(config)]`, the shape of an image and the `ModelConfig`.
It offers, for images `[batch, *image_shape]`,

    mean(), mode()    float32 [batch, *image_shape], in [0, 1]
    sample(seed)      likewise
    log_prob(images)  nats    [batch], summed over the pixels
"""

from vae_graph.compat import tf


def split_parameters(parameters, image_shape, count):
  """Returns `count` tensors `[batch, *image_shape]` from a decoder's output."""
  return [
    tf.reshape(part, [-1, *image_shape])
    for part in tf.split(parameters, count, axis=-1)
  ]


def sum_over_pixels(values, image_shape):
  """Returns the sums over all axes of an image, `[batch]`."""
  return tf.reduce_sum(values, axis=list(range(1, 1 + len(image_shape))))
