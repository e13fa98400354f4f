"""Animated pictures."""

import io

import numpy as np
from PIL import Image

from vae_graph import files
from vae_graph.plots import shown_images, tiles

# About how many pixels of the picture a frame of one image is wide or high.
_SHOWN_SIZE = 280
_LARGEST_SIZE = 560
_BROWSERS_LEAST = 0.02


def write_gif(path, frames, *, seconds=0.1):
  """Writes frames as an animated GIF file that goes round without end.

  Gray images keep all their levels; colors are reduced to 256 in each frame,
  which is what the format holds.

  Args:
    path: the GIF file to write, atomically.
    frames: images `[n, height, width]` or `[n, height, width, channels]`, or
      grids of them `[n, rows, columns, height, width]` or one axis more; see
      `shown_images.to_rgb_bytes`. Small images are magnified.
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
  pictures = (_picture(pixels) for pixels in _pixels(np.asarray(frames)))
  first = next(pictures)
  content = io.BytesIO()
  first.save(
    content,
    "GIF",
    save_all=True,
    append_images=pictures,
    duration=round(1000 * seconds),
    loop=0,
  )
  files.write_atomically(path, content.getvalue())


def _pixels(frames):
  """Yields the frames, magnified, as uint8 `[height, width, 3]`."""
  if frames.ndim not in (3, 4, 5, 6) or not frames.size:
    raise ValueError(
      "frames must be [n, height, width], [n, rows, columns, height, width] or"
      f" one axis more of channels, found {list(frames.shape)}"
    )
  if frames.ndim in (3, 4):
    for frame in frames:
      (image,), _ = shown_images.to_rgb_bytes(
        "frames", frame[np.newaxis], largest=_LARGEST_SIZE
      )
      scale = shown_images.scale_for(image, shown_size=_SHOWN_SIZE)
      yield image.repeat(scale, 0).repeat(scale, 1)
    return
  largest = shown_images.largest_size(*frames.shape[1:3])
  for frame in frames:
    grid, _ = shown_images.rows_to_rgb_bytes("frames", frame, largest=largest)
    scale = shown_images.scale_for(grid, largest=largest)
    yield tiles.compose(list(grid), scale).pixels


def _picture(pixels):
  """Returns a frame of at most 256 colors."""
  if (pixels == pixels[..., :1]).all():
    return Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
  return Image.fromarray(np.ascontiguousarray(pixels)).quantize()
