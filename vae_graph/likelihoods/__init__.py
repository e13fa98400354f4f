"""Likelihoods p(x|z) of images, one module each.

A likelihood is made from the decoder's output, `[batch, height, width, channels
* parameters_per_pixel(config)]`, the shape of an image and the `ModelConfig`.
It offers, for images `[batch, *image_shape]`,

    mean(), mode()    float32 [batch, *image_shape], in [0, 1]
    sample(seed)      likewise
    log_prob(images)  nats    [batch], summed over the pixels

and, where evaluation can have it cheaper than that, the log-likelihood of one
image `[*image_shape]` under each of the batch's codes,

    log_prob_of_one(image)  nats [batch]
"""

from vae_graph.compat import tf


def log_prob_of_one(likelihood, image, batch):
  """Returns log p(x|z) of one image under each of many codes. For evaluation.

  Args:
    likelihood: that of the codes.
    image: float32 `[*image_shape]` in [0, 1].
    batch: number of codes, an integer or scalar tensor.

  Returns:
    Nats, `[batch]`; nothing to take a gradient of.
  """
  if hasattr(likelihood, "log_prob_of_one"):
    return likelihood.log_prob_of_one(image)
  copies = tf.tile(image[tf.newaxis], [batch] + [1] * len(image.shape))
  return likelihood.log_prob(copies)


def split_parameters(parameters, image_shape, count):
  """Returns `count` tensors `[batch, *image_shape]` from a decoder's output."""
  return [
    tf.reshape(part, [-1, *image_shape])
    for part in tf.split(parameters, count, axis=-1)
  ]


def sum_over_pixels(values, image_shape):
  """Returns the sums over all axes of an image, `[batch]`."""
  return tf.reduce_sum(values, axis=list(range(1, 1 + len(image_shape))))
