"""Interpolations between two images, straight and spherical."""

import numpy as np

from vae_graph.plots import shown_images, tiles


def plot_interpolations(path, *, starts, ends, linear, spherical=None):
  """Draws rows of decoder means between one image's code and another's.

  Each row has the two images themselves at its ends.

  Args:
    path: the PNG file to write.
    starts: the first images `[n, height, width]`, or one axis more of channels;
      see `shown_images.to_rgb_bytes`.
    ends: the last images, likewise.
    linear: decoder means `[n, steps, height, width]`, or one axis more; the
      steps are even, from the first image's code to the last one's.
    spherical: the same by spherical interpolation, for a second row of each
      pair; or None.

  Raises:
    ValueError: the arrays differ in their sizes, or there are no images.
  """
  kinds = {"linear": np.asarray(linear)}
  if spherical is not None:
    kinds["spherical"] = np.asarray(spherical)
  starts, ends = np.asarray(starts), np.asarray(ends)
  steps = kinds["linear"].shape[1]
  expected = (len(starts), steps) + starts.shape[1:]
  shapes = [images.shape for images in kinds.values()]
  if ends.shape != starts.shape or set(shapes) != {expected}:
    raise ValueError(
      "starts, ends and interpolations must be of one size, found"
      f" {starts.shape}, {ends.shape} and {', '.join(map(str, shapes))}"
    )
  columns = shown_images.chosen(steps)
  largest = shown_images.largest_size(
    len(starts) * len(kinds), len(columns) + 2
  )
  starts, note = shown_images.to_rgb_bytes("starts", starts, largest=largest)
  ends = shown_images.to_rgb_bytes("ends", ends, largest=largest).rgb
  shown = {
    name: shown_images.rows_to_rgb_bytes(
      name, images[:, columns], largest=largest
    ).rgb
    for name, images in kinds.items()
  }
  rows = [
    np.concatenate([starts[pair, None], images[pair], ends[pair, None]])
    for pair in range(len(starts))
    for images in shown.values()
  ]
  mosaic = tiles.compose(
    rows,
    shown_images.scale_for(starts, largest=largest),
    rows_in_group=len(shown),
    apart=(1, len(columns) + 1),
  )
  shares = [
    tiles.value_label(share) for share in np.linspace(0, 1, steps)[columns]
  ]
  labels = tiles.Labels(
    rows=list(shown) * len(starts),
    columns=tiles.thin_out(
      ["image"] + shares + ["image"],
      mosaic.column_middles[:-1],
      distance=tiles.LABEL_WIDTH,
    ),
    x="share of the way between the two codes",
  )
  title = "Decoder means between the codes of two images"
  tiles.save(path, mosaic, title=title + note, labels=labels)
