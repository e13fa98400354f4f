"""A likelihood with which log p(x) is known: all is linear and Gaussian."""

import math

from vae_graph.likelihoods import split_parameters, sum_over_pixels

STDDEV = 0.4


class LinearGaussian:
  """Gaussian pixels with unbounded means and a fixed standard deviation."""

  def __init__(self, parameters, image_shape, config):
    del config
    self._image_shape = image_shape
    (self._mean,) = split_parameters(parameters, image_shape, 1)

  @staticmethod
  def parameters_per_pixel(config):
    del config
    return 1

  def log_prob(self, images):
    standard = (images - self._mean) / STDDEV
    constant = math.log(2 * math.pi * STDDEV**2)
    return sum_over_pixels(-0.5 * (standard**2 + constant), self._image_shape)
