"""What each dimension of the code does, the others held still."""

import numpy as np

from vae_graph.plots import tiles

# Beyond so many rows the images are shown smaller.
_MOST_LARGE_ROWS = 10
_SMALL_SIZE = 56


def plot_traversals(path, images, values, kl_per_dimension=None, at_most=20):
  """Draws a row for each dimension of the code, as it goes from low to high.

  Args:
    path: the PNG file to write.
    images: decoder means `[code_size, steps, height, width]`, or one axis more
      of 1 or 3 channels; row i is of the codes in which dimension i alone
      changes. Floats, of which [0, 1] is shown and NaN is black, or uint8.
    values: those that each dimension takes, `[steps]`.
    kl_per_dimension: nats `[code_size]`, to be written beside the rows, which
      are then in order of it, the most first; or None.
    at_most: number of rows shown; further ones are left out.

  Raises:
    ValueError: the arrays differ in their sizes, or there are no images.
  """
  images = tiles.rows_to_rgb_bytes("images", images)
  code_size, steps = images.shape[:2]
  if len(values) != steps:
    raise ValueError(
      f"values must be [{steps}] like the columns of the images, found"
      f" [{len(values)}]"
    )
  order = np.arange(code_size)
  names = [f"code[{index}]" for index in order]
  if kl_per_dimension is not None:
    kl = np.asarray(kl_per_dimension, np.float64)
    if kl.shape != (code_size,):
      raise ValueError(
        f"kl_per_dimension must be [{code_size}] like the rows of the images,"
        f" found {list(kl.shape)}"
      )
    order = np.argsort(-kl, kind="stable")  # NaN comes last
    names = [f"{names[index]}  KL {kl[index]:.2f} nats" for index in order]
  order, names = order[:at_most], names[:at_most]
  size = tiles.SHOWN_SIZE if len(order) <= _MOST_LARGE_ROWS else _SMALL_SIZE
  mosaic = tiles.compose(list(images[order]), tiles.scale_for(images, size))
  title = "Decoder means along each dimension of the code"
  if len(order) < code_size:
    which = "first" if kl_per_dimension is None else "of most KL"
    title = f"Decoder means along {len(order)} of {code_size} dimensions, those"
    title += f" {which}"
  labels = tiles.Labels(
    rows=names,
    columns=[tiles.value_label(value) for value in values],
    x="value of that dimension",
  )
  tiles.save(path, mosaic, title, labels)
