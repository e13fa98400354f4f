"""Animated pictures."""

import io

import numpy as np
from PIL import Image

from vae_graph import files
from vae_graph.plots import tiles

# About how many pixels of the picture a frame of one image is wide or high.
_SHOWN_SIZE = 280
_BROWSERS_LEAST = 0.02


def write_gif(path, frames, *, seconds=0.1):
  """Writes frames as an animated GIF file that goes round without end.

  Gray images keep all their levels; colors are reduced to 256 in each frame,
  which is what the format holds.

  Args:
    path: the GIF file to write, atomically.
    frames: images `[n, height, width]` or `[n, height, width, 1 or 3]`, or
      grids of them `[n, rows, columns, height, width]` or one axis more; small
      images are magnified. Floats, of which [0, 1] is shown and NaN is black,
      or uint8.
    seconds: how long each frame is shown, at least 0.02: browsers slow down
      what is faster.

  Raises:
    ValueError: the frames have another shape, there are none, or they are
      shown for too short a time.
  """
  if seconds < _BROWSERS_LEAST:
    raise ValueError(
      f"seconds must be at least {_BROWSERS_LEAST}, found {seconds}"
    )
  pictures = [_picture(pixels) for pixels in _pixels(np.asarray(frames))]
  content = io.BytesIO()
  pictures[0].save(
    content,
    "GIF",
    save_all=True,
    append_images=pictures[1:],
    duration=round(1000 * seconds),
    loop=0,
  )
  files.write_atomically(path, content.getvalue())


def _pixels(frames):
  """Returns the frames as magnified uint8 `[height, width, 3]`."""
  if frames.ndim in (3, 4):
    images = tiles.to_rgb_bytes("frames", frames)
    scale = tiles.scale_for(images, shown_size=_SHOWN_SIZE)
    return [image.repeat(scale, 0).repeat(scale, 1) for image in images]
  if frames.ndim not in (5, 6) or not frames.size:
    raise ValueError(
      "frames must be [n, height, width], [n, rows, columns, height, width] or"
      f" one axis more of 1 or 3 channels, found {list(frames.shape)}"
    )
  grids = [tiles.rows_to_rgb_bytes("frames", frame) for frame in frames]
  scale = tiles.scale_for(grids[0])
  return [tiles.compose(list(grid), scale).pixels for grid in grids]


def _picture(pixels):
  """Returns a frame of at most 256 colors."""
  if (pixels == pixels[..., :1]).all():
    return Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
  return Image.fromarray(np.ascontiguousarray(pixels)).quantize()
