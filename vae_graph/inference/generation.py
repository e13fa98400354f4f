"""Generation: planes, interpolations and traversals of the latent space.

The middle of the latent space is 0 and its scale 1, as of the standard normal
prior. Any other can be anywhere, so of it the mean and the range of some
samples are taken.
"""

import typing
from typing import Optional, Tuple

import numpy as np

from vae_graph.config.combinations import has_standard_normal_prior
from vae_graph.latent_metrics.codes import active_units, kl_per_dimension
from vae_graph.plots import prior_quantiles

# Values that traversals go through under the standard normal prior, from minus
# this to this.
_REACH = 3.0
# The range of another prior, without its outliers.
_PRIOR_SAMPLES = 1000
_PERCENTILES = (1, 99)


class Plane(typing.NamedTuple):
  """Decoder means over a plane of the latent space.

  images: float32 `[rows, columns, *image_shape]` in [0, 1].
  codes: float32 `[rows, columns, code_size]`.
  values_x, values_y: float64 `[columns]` and `[rows]`, increasing.
  dimensions: which two of the code they are.
  """

  images: np.ndarray
  codes: np.ndarray
  values_x: np.ndarray
  values_y: np.ndarray
  dimensions: Tuple[int, int]


class Traversals(typing.NamedTuple):
  """Decoder means along each dimension of the code.

  images: float32 `[code_size, steps, *image_shape]` in [0, 1].
  codes: float32 `[code_size, steps, code_size]`.
  values: float64 `[steps]`, increasing.
  """

  images: np.ndarray
  codes: np.ndarray
  values: np.ndarray


class Interpolation(typing.NamedTuple):
  """Decoder means between the codes of two images.

  image_a, image_b: the images `[*image_shape]`.
  linear, spherical: float32 `[steps, *image_shape]` in [0, 1]. A code of one
    dimension has no `spherical`.
  """

  image_a: np.ndarray
  image_b: np.ndarray
  linear: np.ndarray
  spherical: Optional[np.ndarray]


class Usage(typing.NamedTuple):
  """How much a model uses each dimension of its code.

  kl: nats `[code_size]`, the KL divergence of the posterior's marginal to the
    prior's, mean over images; None where the prior is learned or the posterior
    has no closed form of its moments.
  variances: `[code_size]`, of the posterior's means over images.
  """

  kl: Optional[np.ndarray]
  variances: np.ndarray

  def order(self):
    """Returns the dimensions, the most used first: by KL, or by variance."""
    most = self.variances if self.kl is None else self.kl
    return np.argsort(-most, kind="stable")


def decode_plane(model, *, grid_size, dimensions=(0, 1)):
  """Decodes a grid of codes over the plane of two dimensions.

  Under the standard normal prior the values are its quantiles, so that each
  image stands for an equal share of its probability, and the other dimensions
  are 0. Under another prior the values are evenly spaced over the range of
  its samples, and the other dimensions are their mean.

  Args:
    model: a `TrainedModel`.
    grid_size: images on a side.
    dimensions: the two dimensions, the first across, the second up.

  Returns:
    A `Plane`.
  """
  middle, low, high = _prior_range(model)
  if has_standard_normal_prior(model.config.model):
    values_x = values_y = prior_quantiles(grid_size)
  else:
    values_x, values_y = (
      np.linspace(low[index], high[index], grid_size) for index in dimensions
    )
  codes = np.tile(middle, (grid_size, grid_size, 1))
  codes[..., dimensions[0]] = values_x
  codes[..., dimensions[1]] = values_y[:, np.newaxis]
  return Plane(
    _decode(model, codes), codes, values_x, values_y, tuple(dimensions)
  )


def decode_traversals(model, *, steps):
  """Decodes codes of which one dimension goes from low to high.

  Under the standard normal prior it goes from -3 to 3, and the others are 0.
  Under another prior it goes over the range of the samples of all dimensions,
  and the others are the samples' mean.

  Args:
    model: a `TrainedModel`.
    steps: images along each dimension.

  Returns:
    The `Traversals`.
  """
  middle, low, high = _prior_range(model)
  values = np.linspace(low.min(), high.max(), steps)
  codes = np.tile(middle, (len(middle), steps, 1))
  for index in range(len(middle)):
    codes[index, :, index] = values
  return Traversals(_decode(model, codes), codes, values)


def interpolate_both(model, *, image_a, image_b, steps):
  """Decodes the straight and the spherical interpolation of two images' codes.

  Args:
    model: a `TrainedModel`.
    image_a: uint8 or float `[*image_shape]`, where they begin.
    image_b: likewise, where they end.
    steps: images of each, both ends among them.

  Returns:
    An `Interpolation`.
  """
  linear = model.interpolate(image_a, image_b, steps=steps)
  spherical = None
  if model.config.model.code_size > 1:
    spherical = model.interpolate(image_a, image_b, steps=steps, spherical=True)
  return Interpolation(image_a, image_b, linear, spherical)


def measure_usage(model, images):
  """Measures how much a model uses each dimension of its code.

  Args:
    model: a `TrainedModel`.
    images: as `TrainedModel.encode` takes them.

  Returns:
    A `Usage`.
  """
  encoded = model.encode(images)
  kl = None
  is_standard = has_standard_normal_prior(model.config.model)
  if encoded.stddev is not None and is_standard:
    kl = kl_per_dimension(encoded.mean, encoded.stddev)
  return Usage(kl, active_units(encoded.mean)[1])


def _prior_range(model):
  """Returns the prior's middle (float32), low and high values `[code_size]`."""
  if has_standard_normal_prior(model.config.model):
    high = np.full(model.config.model.code_size, _REACH)
    middle, low = 0 * high, -high
  else:
    # In doubles, or the type of the values would hang on NumPy's version.
    codes = model.sample_codes(_PRIOR_SAMPLES).astype(np.float64)
    middle = codes.mean(axis=0)
    low, high = np.percentile(codes, _PERCENTILES, axis=0)
  return middle.astype(np.float32), low, high


def _decode(model, codes):
  """Returns decoder means of codes `[rows, columns, code_size]`."""
  images = model.decode(codes.reshape(-1, codes.shape[-1]))
  return images.reshape(codes.shape[:2] + images.shape[1:])
