"""Reconstructions of images, and their files: a picture and arrays."""

import os
import typing
from typing import List, Sequence

import numpy as np

from vae_graph import plots
from vae_graph.data.pixels import to_unit_interval
from vae_graph.inference.output_files import write_npz, writing
from vae_graph.inference.trained_model import TrainedModel
from vae_graph.paths import LocalPath, local_path

# More images would make a picture that few programs open.
MOST_SHOWN = 100


class Reconstructions(typing.NamedTuple):
  """Reconstructions of images, and how far they are from the images.

  images: float32 `[n, *image_shape]` in [0, 1].
  mean: of p(x|z) at a code of each, likewise.
  sample: of p(x|z), likewise.
  squared_error: float64 `[n]`, of the mean, summed over the pixels.
  """

  images: np.ndarray
  mean: np.ndarray
  sample: np.ndarray
  squared_error: np.ndarray


def reconstruct(
  model: TrainedModel,
  images: np.ndarray,
  *,
  seed: int = 0,
  from_mean: bool = True,
) -> Reconstructions:
  """Encodes images and decodes a code of each, to `Reconstructions`.

  Args:
    model: a `TrainedModel`.
    images: uint8 or float `[n, *image_shape]`.
    seed: integer, of the samples.
    from_mean: decode the posterior's mean rather than a sample of it.
  """
  mean, sample = model.reconstruct(images, seed=seed, from_mean=from_mean)
  images = to_unit_interval(images)
  differences = (mean - images).reshape(len(images), -1)
  squared_error = (differences**2).sum(axis=1, dtype=np.float64)
  return Reconstructions(images, mean, sample, squared_error)


def write_reconstructions(
  folder: LocalPath, reconstructions: Reconstructions, *, names: Sequence[str]
) -> List[str]:
  """Writes `reconstructions.png` and `reconstructions.npz`.

  Args:
    folder: made if it is missing.
    reconstructions: `Reconstructions`, of which the picture shows the first
      hundred.
    names: what to call the images, strings `[n]`, for the arrays.

  Returns:
    The paths of the files.

  Raises:
    ConfigError: `folder` is no path of this machine.
    OutputError: one cannot be written.
  """
  folder = local_path(folder, "folder")
  png, npz = (
    os.path.join(folder, f"reconstructions.{each}") for each in ("png", "npz")
  )
  with writing(folder):
    os.makedirs(folder, exist_ok=True)
  with writing(png):
    plots.plot_reconstructions(
      png,
      reconstructions.images,
      reconstructions=reconstructions.mean,
      samples=reconstructions.sample,
      at_most=MOST_SHOWN,
    )
  write_npz(npz, dict(reconstructions._asdict(), names=names))
  return [png, npz]
