"""Codes for TensorBoard's embedding projector.

The projector looks for `projector_config.pbtxt` in the folder of a run's
events. The files that it names have to be in that folder too.
"""

import io
import math
import os

import numpy as np
from PIL import Image

from vae_graph.files import write_atomically
from vae_graph.plots import shown_images
from vae_graph.plots.class_names import class_texts

# What the projector can load as one picture, in pixels.
_LARGEST_SPRITE = 8192
_CONFIG = "projector_config.pbtxt"


def write_projector(folder, codes, *, split, class_names=None):
  """Writes codes for the projector, replacing those that are there.

  Args:
    folder: where the run's events are.
    codes: floats `[n, code_size]`.
    split: the `Split` of n images that they are of. The images are shown as
      points, unless they are too large to be put into one picture.
    class_names: of the `Dataset`, or None.

  Raises:
    OSError: a file cannot be written.
  """

  def write(name, content):
    write_atomically(os.path.join(folder, name), content)

  lines = ['tensor_name: "codes"', 'tensor_path: "codes.tsv"']
  write("codes.tsv", _tsv(codes, "%.7g"))
  if split.labels is not None:
    write("labels.tsv", _metadata(split.labels, class_names))
    lines.append('metadata_path: "labels.tsv"')
  height, width = _shown(split.images[:1]).shape[1:3]
  columns = math.ceil(math.sqrt(len(split.images)))
  if columns * max(height, width) <= _LARGEST_SPRITE:
    write("images.png", _to_png(_sprite(split.images, columns)))
    lines.append(
      'sprite { image_path: "images.png"'
      f" single_image_dim: {width} single_image_dim: {height} }}"
    )
  text = "".join(f"  {line}\n" for line in lines)
  # Last, so that whoever finds it finds the others.
  write(_CONFIG, f"embeddings {{\n{text}}}\n")


def _metadata(labels, class_names):
  """Returns the labels as text, with the names of their classes beside them."""
  if class_names is None:
    return _tsv(labels, "%d")
  texts = class_texts(labels, class_names)
  lines = (f"{text}\t{label}\n" for text, label in zip(texts, labels))
  return "class\tlabel\n" + "".join(lines)


def _tsv(values, number_format):
  """Returns numbers as text, a line for each row."""
  text = io.StringIO()
  np.savetxt(text, values, number_format, "\t")
  return text.getvalue()


def _sprite(images, columns):
  """Returns one image, uint8 `[h, w, 3]`, of all: row by row, black at the end.

  Args:
    images: uint8 or float32 `[n, *image_shape]`.
    columns: images in a row.
  """
  images = _shown(images)
  rows = math.ceil(len(images) / columns)
  missing = rows * columns - len(images)
  images = np.pad(images, [(0, missing), (0, 0), (0, 0), (0, 0)])
  _, height, width, _ = images.shape
  images = images.reshape((rows, columns, height, width, 3)).swapaxes(1, 2)
  return images.reshape((rows * height, columns * width, 3))


def _shown(images):
  """Returns images as uint8 `[n, h, w, 3]`, of their own size."""
  return shown_images.to_rgb_bytes(
    "images", images, largest=_LARGEST_SPRITE
  ).rgb


def _to_png(image):
  """Returns an image, uint8 `[h, w, 3]`, as the bytes of a PNG file."""
  content = io.BytesIO()
  Image.fromarray(image).save(content, "PNG")
  return content.getvalue()
