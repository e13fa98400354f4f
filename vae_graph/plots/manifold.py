"""The manifold: decoder means over a plane of the latent space."""

import math

import numpy as np

from vae_graph.plots import shown_images, tiles

# Images are magnified until they are about so many pixels wide or high.
_WANTED = 1120
_LARGEST_SCALE = 3
# Room that a row's value needs, in pixels.
_VALUE_HEIGHT = 22


def plot_manifold(
  path, images, *, values_x, values_y, dimensions=(0, 1), note=""
):
  """Draws decoder means over a plane of the latent space.

  The vertical axis points up, as in `plot_codes`.

  Args:
    path: the PNG file to write.
    images: decoder means `[rows, columns, height, width]`, or one axis more of
      channels, see `shown_images.to_rgb_bytes`: images[i, j] is at the code
      values_y[i], values_x[j].
    values_x: of the first dimension, increasing, `[columns]`; evenly spaced or
      not, as of `prior_quantiles`.
    values_y: of the second dimension, increasing, `[rows]`.
    dimensions: which two dimensions of the code they are.
    note: added to the title, such as what the other dimensions are.

  Raises:
    ValueError: the images have another shape, or there are none.
  """
  images, values_x, values_y = map(np.asarray, (images, values_x, values_y))
  expected = (len(values_y), len(values_x))
  if images.shape[:2] != expected:
    raise ValueError(
      f"images must be [{expected[0]}, {expected[1]}, ...] like the values of"
      f" y and x, found {list(images.shape)}"
    )
  rows, columns = (shown_images.chosen(count, gap=0) for count in expected)
  values_x, values_y = values_x[columns], values_y[rows]
  shown, note_of_images = shown_images.rows_to_rgb_bytes(
    "images",
    images[rows][:, columns],
    largest=shown_images.largest_size(len(rows), len(columns), gap=0),
  )
  wide = max(shown.shape[0] * shown.shape[2], shown.shape[1] * shown.shape[3])
  scale = int(np.clip(_WANTED // wide, 1, _LARGEST_SCALE))
  mosaic = tiles.compose(list(shown[::-1]), scale, gap=0)
  labels = tiles.Labels(
    rows=tiles.thin_out(
      _value_labels(values_y[::-1]),
      mosaic.row_middles,
      distance=_VALUE_HEIGHT,
    ),
    columns=tiles.thin_out(
      _value_labels(values_x), mosaic.column_middles, distance=tiles.LABEL_WIDTH
    ),
    x=f"code[{dimensions[0]}]",
    y=f"code[{dimensions[1]}]",
  )
  title = "Decoder means over the latent plane" + (note and f", {note}")
  tiles.save(path, mosaic, title=title + note_of_images, labels=labels)


def prior_quantiles(count):
  """Returns standard-normal quantiles: a grid that follows the prior.

  They are those of (i + 1/2) / count, so each stands for an equal share of the
  prior's probability.

  Args:
    count: how many.

  Returns:
    Increasing float64 `[count]`, symmetric about 0.
  """
  half = [_lower_quantile((i + 0.5) / count) for i in range(count // 2)]
  lower = np.array(half, np.float64)
  return np.concatenate([lower, [0.0] * (count % 2), -lower[::-1]])


def _lower_quantile(probability):
  """Returns the standard-normal quantile of a probability of at most 1/2.

  By bisection on erfc, which is exact to the last digits in this tail.
  """
  low, high = -40.0, 0.0
  for _ in range(100):
    middle = (low + high) / 2
    if math.erfc(-middle / math.sqrt(2)) / 2 < probability:
      low = middle
    else:
      high = middle
  return high


def _value_labels(values):
  return [tiles.value_label(value) for value in values]
