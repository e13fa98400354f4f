"""The configuration of what a trained model is asked to make."""

import dataclasses
from typing import Tuple

from vae_graph import errors
from vae_graph.config.fields import Config, field

KINDS = ("samples", "manifold", "interpolation", "traversals")


@dataclasses.dataclass(frozen=True)
class GenerationConfig(Config):
  """What to make of a trained model, and how much of it."""

  what: Tuple[str, ...] = field(
    (),
    "Comma-separated. samples: decoded codes of the prior. manifold: a grid of"
    " codes over the plane of two dimensions. interpolation: from the code of"
    " one image to that of another, straight and spherical. traversals: each"
    " dimension from low to high, the others held still. By default all that"
    " the size of the code allows.",
  )
  num_samples: int = field(100, "Samples of the prior.", at_least=1)
  grid_size: int = field(20, "Images on a side of the manifold.", at_least=2)
  steps: int = field(
    11,
    "Images of an interpolation, both ends among them, and of a traversal.",
    at_least=2,
  )
  dimensions: Tuple[int, ...] = field(
    (),
    "The two dimensions of the manifold, from 0: across and up. By default the"
    " two that the model uses most on the test images.",
    at_least=0,
  )
  image_a: str = field(
    "0",
    "Where the interpolation begins: the index of a test image, or an image"
    " file.",
  )
  image_b: str = field("1", "Where the interpolation ends, likewise.")

  def __post_init__(self):
    super().__post_init__()
    unknown = [kind for kind in self.what if kind not in KINDS]
    if unknown:
      raise errors.ConfigError(
        f"what must be of {', '.join(KINDS)}; found {unknown[0]!r}"
      )
    if self.dimensions and len(set(self.dimensions)) != 2:
      raise errors.ConfigError(
        "dimensions must be two different ones, such as 0,1; found"
        f" {','.join(map(str, self.dimensions))}"
      )

  def kinds(self, code_size):
    """Returns what to make of a model with so many dimensions of its code.

    Raises:
      ConfigError: it cannot be made, or `dimensions` are not of the code.
    """
    for dimension in self.dimensions:
      if dimension >= code_size:
        raise errors.ConfigError(
          f"dimensions must be below the code's size of {code_size}, found"
          f" {dimension}"
        )
    if code_size > 1:
      return self.what or KINDS
    if "manifold" in self.what:
      raise errors.ConfigError(
        "the manifold is a plane of codes, and the code of this run has one"
        " dimension; leave it out of --what"
      )
    return self.what or tuple(kind for kind in KINDS if kind != "manifold")
