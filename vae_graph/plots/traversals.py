"""Traversals: each dimension of the code, the others held still."""

import numpy as np

from vae_graph.plots import shown_images, tiles

# Beyond so many rows the images are shown smaller.
_MOST_LARGE_ROWS = 10
_SMALL_SIZE = 56


def plot_traversals(
  path, images, *, values, kl_per_dimension=None, order=None, at_most=20
):
  """Draws a row for each dimension of the code, as it goes from low to high.

  Args:
    path: the PNG file to write.
    images: decoder means `[code_size, steps, height, width]`, or one axis more
      of channels, see `shown_images.to_rgb_bytes`; row i is of the codes in
      which dimension i alone changes.
    values: those that each dimension takes, `[steps]`.
    kl_per_dimension: nats `[code_size]`, written beside the rows; or None.
    order: the dimensions, the most used first, which is the order of the rows;
      by default that of the divergence, or else of the code.
    at_most: number of rows shown; further ones are left out.

  Raises:
    ValueError: the arrays differ in their sizes, or there are no images.
  """
  images = np.asarray(images)
  code_size, steps = images.shape[:2]
  if len(values) != steps:
    raise ValueError(
      f"values must be [{steps}] like the columns of the images, found"
      f" [{len(values)}]"
    )
  names = [f"code[{index}]" for index in range(code_size)]
  if kl_per_dimension is not None:
    kl = np.asarray(kl_per_dimension, np.float64)
    if kl.shape != (code_size,):
      raise ValueError(
        f"kl_per_dimension must be [{code_size}] like the rows of the images,"
        f" found {list(kl.shape)}"
      )
    names = [f"{name}  KL {each:.2f} nats" for name, each in zip(names, kl)]
    if order is None:
      order = np.argsort(-kl, kind="stable")  # NaN comes last
  which = "first" if order is None else "most used"
  order = np.arange(code_size) if order is None else np.asarray(order)
  order = order[:at_most]
  columns = shown_images.chosen(steps)
  largest = shown_images.largest_size(len(order), len(columns))
  shown, note = shown_images.rows_to_rgb_bytes(
    "images", images[order][:, columns], largest=largest
  )
  size = (
    shown_images.SHOWN_SIZE if len(order) <= _MOST_LARGE_ROWS else _SMALL_SIZE
  )
  scale = shown_images.scale_for(shown, shown_size=size, largest=largest)
  mosaic = tiles.compose(list(shown), scale)
  title = "Decoder means along each dimension of the code"
  if len(order) < code_size:
    title = f"Decoder means along the {len(order)} {which} of {code_size}"
    title += " dimensions"
  labels = tiles.Labels(
    rows=[names[index] for index in order],
    columns=tiles.thin_out(
      [tiles.value_label(values[column]) for column in columns],
      mosaic.column_middles,
      distance=tiles.LABEL_WIDTH,
    ),
    x="value of that dimension",
  )
  tiles.save(path, mosaic, title=title + note, labels=labels)
