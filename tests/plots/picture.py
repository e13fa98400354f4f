"""What the tests of the pictures share: reading a PNG, and a scratch folder."""

import os
import tempfile
from unittest import mock

import matplotlib.image
import numpy as np
from absl.testing import absltest

from vae_graph.plots import style


def random_images(shape, seed=0):
  # Random bytes, so that an image's place in the picture can be found by them.
  return np.random.RandomState(seed).randint(0, 256, shape).astype(np.uint8)


def find(shown, image, scale):
  """Returns where an image is shown: the list of its (top, left)."""
  if image.ndim == 2:
    image = np.stack([image] * 3, axis=-1)
  tile = image.repeat(scale, axis=0).repeat(scale, axis=1)
  height, width, _ = tile.shape
  candidates = np.argwhere((shown == tile[0, 0]).all(axis=-1))
  return [
    (top, left)
    for top, left in candidates
    if np.array_equal(shown[top : top + height, left : left + width], tile)
  ]


class PictureTestCase(absltest.TestCase):
  def setUp(self):
    super().setUp()
    temporary = tempfile.TemporaryDirectory()
    self.addCleanup(temporary.cleanup)
    self.path = os.path.join(temporary.name, "picture.png")

  def draw(self, function, *args, **kwargs):
    """Returns the picture as uint8 [height, width, 3]."""
    function(self.path, *args, **kwargs)
    picture = matplotlib.image.imread(self.path)
    return np.rint(255 * picture[..., :3]).astype(np.uint8)

  def draw_figure(self, function, *args, **kwargs):
    """Returns the matplotlib figure that would be saved."""
    with mock.patch.object(style, "save_png") as save_png:
      function(self.path, *args, **kwargs)
    (figure, path), _ = save_png.call_args
    self.assertEqual(path, self.path)
    figure.canvas.draw()
    return figure

  def texts(self, function, *args, **kwargs):
    """Returns the texts around images, after checking that none is cut off."""
    figure = self.draw_figure(function, *args, **kwargs)
    for text in figure.texts:
      box = text.get_window_extent()
      self.assertGreater(min(box.x0, box.y0), 0, text)
      self.assertLess(box.x1, figure.bbox.width, text)
      self.assertLess(box.y1, figure.bbox.height, text)
    return [text.get_text() for text in figure.texts]

  def read_bytes(self):
    with open(self.path, "rb") as file:
      return file.read()

  def assert_deterministic(self, function, *args, **kwargs):
    function(self.path, *args, **kwargs)
    first = self.read_bytes()
    function(self.path, *args, **kwargs)
    self.assertEqual(self.read_bytes(), first)
    self.assertEqual(first[:8], b"\x89PNG\r\n\x1a\n")
    self.assertNotIn(b"tIME", first)
    self.assertEqual(os.listdir(os.path.dirname(self.path)), ["picture.png"])
