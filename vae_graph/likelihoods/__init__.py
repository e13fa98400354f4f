"""Likelihoods p(x|z) of images, one module each.

A likelihood is made as `Likelihood(parameters, image_shape, model_config)` from
the decoder's output, `[batch, height, width, channels *
parameters_per_pixel(model_config)]`, the shape of an image and the
`ModelConfig`. It offers, for images `[batch, *image_shape]`,

    parameters_per_pixel(model_config)  an integer, before it is made
    mean(), mode()          float32 [batch, *image_shape], in [0, 1]
    sample(seed)            likewise
    log_prob(images)        nats    [batch], summed over the pixels
    log_prob_of_one(image)  nats    [batch], of one image [*image_shape] under
                                    each of the batch's codes; for evaluation

`Likelihood` is the base class: it opens the name scopes, refuses what a
likelihood does not have by an UnsupportedError, and makes the last of
`log_prob` where it cannot be had cheaper. A likelihood defines its underscored
methods, such as `_mean`.
"""

from vae_graph.likelihoods.base import (
  Likelihood,
  split_parameters,
  sum_over_pixels,
)

__all__ = ["Likelihood", "split_parameters", "sum_over_pixels"]
