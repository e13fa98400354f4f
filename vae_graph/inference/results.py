"""What the methods of a `TrainedModel` return."""

import typing
from typing import Optional

import numpy as np


class Encoded(typing.NamedTuple):
  """The posterior q(z|x) of images; float32 `[n, code_size]`.

  mean: its mean; of posterior iaf, which has no closed form of it, where the
    flow takes the middle of its base.
  stddev: its standard deviations, or None where they have no closed form
    (posterior iaf) or it is no distribution (posterior deterministic). Their
    estimate is the spread of `sample` over several seeds.
  sample: a sample of it.
  """

  mean: np.ndarray
  stddev: Optional[np.ndarray]
  sample: np.ndarray


class Reconstructed(typing.NamedTuple):
  """p(x|z) at codes of images; float32 `[n, *image_shape]` in [0, 1].

  mean: its mean.
  sample: a sample of it.
  """

  mean: np.ndarray
  sample: np.ndarray


class Sampled(typing.NamedTuple):
  """What the model makes up.

  images: decoder means, float32 `[n, *image_shape]` in [0, 1].
  codes: samples of the prior, float32 `[n, code_size]`.
  """

  images: np.ndarray
  codes: np.ndarray
