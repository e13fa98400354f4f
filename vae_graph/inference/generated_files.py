"""Generated files: what a model makes, as pictures and the arrays behind."""

import os
from typing import Any, List, Optional

import numpy as np

from vae_graph import errors, plots
from vae_graph.config.combinations import has_standard_normal_prior
from vae_graph.config.generation import GenerationConfig
from vae_graph.inference.generation import (
  decode_plane,
  decode_traversals,
  interpolate_both,
  measure_usage,
)
from vae_graph.inference.output_files import write_npz, writing
from vae_graph.inference.run_images import RunImages
from vae_graph.inference.trained_model import TrainedModel
from vae_graph.paths import LocalPath, local_path

# Test images by which it is seen how much a model uses each dimension.
_USAGE_IMAGES = 1000
# Dimensions in an animation of traversals, those that the model uses most.
_MOST_MOVING = 10


def generate(
  model: TrainedModel,
  run_images: RunImages,
  *,
  folder: LocalPath,
  generation_config: Optional[GenerationConfig] = None,
  seed: int = 0,
) -> List[str]:
  """Writes what a model makes into a folder: PNG, GIF and .npz files.

  Args:
    model: a `TrainedModel`.
    run_images: a `RunImages`. It is asked for the images to interpolate
      between, and for test images where it matters how the model uses its code.
    folder: made if it is missing.
    generation_config: a `GenerationConfig`; by default one of its defaults.
    seed: integer, of the samples of the prior.

  Returns:
    The paths of the files.

  Raises:
    ConfigError: the model cannot make it, or `folder` is no path of this
      machine; see also `RunImages`.
    DataError: see `RunImages`.
    OutputError: a file cannot be written.
  """
  folder = local_path(folder, "folder")
  generation_config = generation_config or GenerationConfig()
  code_size = model.config.model.code_size
  kinds = _possible_kinds(generation_config, run_images, code_size)
  # What a user may have to mend is met before the first file is written.
  usage: Any = None
  ends: Any = None
  if "interpolation" in kinds:
    ends = _find_ends(run_images, generation_config)
  chooses_plane = "manifold" in kinds and not generation_config.dimensions
  if "traversals" in kinds or (chooses_plane and code_size > 2):
    test = run_images.split("test", at_most=_USAGE_IMAGES)
    usage = measure_usage(model, test.images)
  with writing(folder):
    os.makedirs(folder, exist_ok=True)
  paths = []
  if "samples" in kinds:
    sampled = model.sample(generation_config.num_samples, seed=seed)
    paths += write_samples(folder, sampled)
  if "manifold" in kinds:
    dimensions = generation_config.dimensions or (0, 1)
    if chooses_plane and code_size > 2:
      dimensions = usage.order()[:2]
    plane = decode_plane(
      model, grid_size=generation_config.grid_size, dimensions=dimensions
    )
    paths += write_manifold(
      folder,
      plane,
      prior_is_standard=has_standard_normal_prior(model.config.model),
    )
  if "interpolation" in kinds:
    interpolation = interpolate_both(
      model, image_a=ends[0], image_b=ends[1], steps=generation_config.steps
    )
    paths += write_interpolation(folder, interpolation)
  if "traversals" in kinds:
    traversals = decode_traversals(model, steps=generation_config.steps)
    paths += write_traversals(folder, traversals, usage=usage)
  return paths


def write_samples(folder, sampled):
  """Writes `samples.png` and `samples.npz`.

  Args:
    folder: where to.
    sampled: as of `TrainedModel.sample`.

  Returns:
    The paths of the files.

  Raises:
    OutputError: one cannot be written.
  """
  png, npz = _paths(folder, "samples", "png", "npz")
  with writing(png):
    plots.plot_samples(png, sampled.images)
  write_npz(npz, sampled._asdict())
  return [png, npz]


def write_manifold(folder, plane, *, prior_is_standard=True):
  """Writes `manifold.png` and `manifold.npz`.

  Args:
    folder: where to.
    plane: a `generation.Plane`.
    prior_is_standard: whether its values are those of the standard normal
      prior, rather than the range of the prior's samples.

  Returns:
    The paths of the files.

  Raises:
    OutputError: one cannot be written.
  """
  png, npz = _paths(folder, "manifold", "png", "npz")
  notes = [] if prior_is_standard else ["range of the prior's samples"]
  others = plane.codes.shape[-1] - 2
  if others:
    noun = "dimension" if others == 1 else f"{others} dimensions"
    middle = "0" if prior_is_standard else "its mean"
    notes.append(f"the other {noun} at {middle}")
  with writing(png):
    plots.plot_manifold(
      png,
      plane.images,
      values_x=plane.values_x,
      values_y=plane.values_y,
      dimensions=plane.dimensions,
      note=", ".join(notes),
    )
  write_npz(npz, plane._asdict())
  return [png, npz]


def write_interpolation(folder, interpolation):
  """Writes `interpolation.png`, `.gif` (there and back) and `.npz`.

  The animation has the straight one on the left, the spherical on the right.

  Args:
    folder: where to.
    interpolation: a `generation.Interpolation`.

  Returns:
    The paths of the files.

  Raises:
    OutputError: one cannot be written.
  """
  png, gif, npz = _paths(folder, "interpolation", "png", "gif", "npz")
  kinds = {
    name: images
    for name, images in interpolation._asdict().items()
    if name in ("linear", "spherical") and images is not None
  }
  with writing(png):
    plots.plot_interpolations(
      png,
      starts=interpolation.image_a[np.newaxis],
      ends=interpolation.image_b[np.newaxis],
      **{name: images[np.newaxis] for name, images in kinds.items()},
    )
  _write_animation(gif, np.stack(list(kinds.values()), axis=1))
  write_npz(npz, interpolation._asdict())
  return [png, gif, npz]


def write_traversals(folder, traversals, *, usage):
  """Writes `traversals.png`, `.gif` (there and back) and `.npz`.

  The animation has the ten dimensions that the model uses most, the most used
  on the left.

  Args:
    folder: where to.
    traversals: a `generation.Traversals`.
    usage: a `generation.Usage`.

  Returns:
    The paths of the files.

  Raises:
    OutputError: one cannot be written.
  """
  png, gif, npz = _paths(folder, "traversals", "png", "gif", "npz")
  order = usage.order()
  with writing(png):
    plots.plot_traversals(
      png,
      traversals.images,
      values=traversals.values,
      kl_per_dimension=usage.kl,
      order=order,
    )
  shown = traversals.images[order[:_MOST_MOVING]]
  _write_animation(gif, shown.swapaxes(0, 1))
  write_npz(npz, {**traversals._asdict(), **usage._asdict()})
  return [png, gif, npz]


def _paths(folder, name, *extensions):
  return [os.path.join(folder, f"{name}.{each}") for each in extensions]


def _write_animation(path, frames):
  """Animates rows of images `[steps, columns, ...]`, there and back."""
  frames = np.concatenate([frames, frames[-2:0:-1]])
  with writing(path):
    plots.write_gif(path, frames[:, np.newaxis])


def _possible_kinds(generation_config, run_images, code_size):
  """Returns what to make, without what was not asked for and cannot be made."""
  kinds = generation_config.kinds(code_size)
  names = (generation_config.image_a, generation_config.image_b)
  is_asked = "interpolation" in generation_config.what or names != ("0", "1")
  if is_asked or "interpolation" not in kinds:
    return kinds
  if len(run_images.dataset.test.images) > 1:
    return kinds
  return tuple(kind for kind in kinds if kind != "interpolation")


def _find_ends(run_images, generation_config):
  """Returns the two images to interpolate between."""
  names = [generation_config.image_a, generation_config.image_b]
  ends = run_images.choose(names).images
  if len(ends) != 2:
    raise errors.ConfigError(
      "image_a and image_b must name one image each, found"
      f" {len(ends)} images in {' and '.join(names)}"
    )
  return ends
