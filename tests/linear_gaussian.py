"""A likelihood with which log p(x) is known: all is linear and Gaussian."""

import math

from vae_graph.likelihoods import (
  Likelihood,
  split_parameters,
  sum_over_pixels,
)

STDDEV = 0.4


class LinearGaussian(Likelihood):
  """Gaussian pixels with unbounded means and a fixed standard deviation."""

  def __init__(self, parameters, image_shape, model_config):
    super().__init__(parameters, image_shape, model_config)
    (self._means,) = split_parameters(parameters, image_shape, 1)

  def _log_prob(self, images):
    standard = (images - self._means) / STDDEV
    constant = math.log(2 * math.pi * STDDEV**2)
    return sum_over_pixels(-0.5 * (standard**2 + constant), self._image_shape)
