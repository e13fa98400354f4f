"""Interpolations between two images, straight and spherical."""

import numpy as np

from vae_graph.plots import tiles


def plot_interpolations(path, *, starts, ends, linear, spherical=None):
  """Draws rows of decoder means between one image's code and another's.

  Each row has the two images themselves at its ends.

  Args:
    path: the PNG file to write.
    starts: the first images `[n, height, width]`, or one axis more of 1 or 3
      channels; floats, of which [0, 1] is shown and NaN is black, or uint8.
    ends: the last images, likewise.
    linear: decoder means `[n, steps, height, width]`, or one axis more; the
      steps are even, from the first image's code to the last one's.
    spherical: the same by spherical interpolation, for a second row of each
      pair; or None.

  Raises:
    ValueError: the arrays differ in their sizes, or there are no images.
  """
  starts = tiles.to_rgb_bytes("starts", starts)
  ends = tiles.to_rgb_bytes("ends", ends)
  kinds = {"linear": tiles.rows_to_rgb_bytes("linear", linear)}
  if spherical is not None:
    kinds["spherical"] = tiles.rows_to_rgb_bytes("spherical", spherical)
  steps = kinds["linear"].shape[1]
  expected = (len(starts), steps) + starts.shape[1:]
  shapes = [images.shape for images in kinds.values()]
  if ends.shape != starts.shape or set(shapes) != {expected}:
    raise ValueError(
      "starts, ends and interpolations must be of one size, found"
      f" {starts.shape[:-1]}, {ends.shape[:-1]} and"
      f" {', '.join(str(shape[:-1]) for shape in shapes)}"
    )
  rows = [
    np.concatenate([starts[pair, None], images[pair], ends[pair, None]])
    for pair in range(len(starts))
    for images in kinds.values()
  ]
  mosaic = tiles.compose(
    rows,
    tiles.scale_for(starts),
    rows_in_group=len(kinds),
    apart=(1, steps + 1),
  )
  shares = [tiles.value_label(share) for share in np.linspace(0, 1, steps)]
  labels = tiles.Labels(
    rows=list(kinds) * len(starts),
    columns=["image"] + shares + ["image"],
    x="share of the way between the two codes",
  )
  title = "Decoder means between the codes of two images"
  tiles.save(path, mosaic, title=title, labels=labels)
