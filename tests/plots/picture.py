"""What the tests of the pictures share: reading a PNG, and a scratch folder."""

import os
import tempfile
from unittest import mock

import matplotlib.image
import numpy as np
from absl.testing import absltest

from vae_graph.plots import style


class PictureTestCase(absltest.TestCase):
  def setUp(self):
    super().setUp()
    temporary = tempfile.TemporaryDirectory()
    self.addCleanup(temporary.cleanup)
    self.path = os.path.join(temporary.name, "picture.png")

  def draw(self, function, *args):
    """Returns the picture as uint8 [height, width, 3]."""
    function(self.path, *args)
    picture = matplotlib.image.imread(self.path)
    return np.rint(255 * picture[..., :3]).astype(np.uint8)

  def draw_figure(self, function, *args):
    """Returns the matplotlib figure that would be saved."""
    with mock.patch.object(style, "save_png") as save_png:
      function(self.path, *args)
    (figure, path), _ = save_png.call_args
    self.assertEqual(path, self.path)
    figure.canvas.draw()
    return figure

  def read_bytes(self):
    with open(self.path, "rb") as file:
      return file.read()

  def assert_deterministic(self, function, *args):
    function(self.path, *args)
    first = self.read_bytes()
    function(self.path, *args)
    self.assertEqual(self.read_bytes(), first)
    self.assertEqual(first[:8], b"\x89PNG\r\n\x1a\n")
    self.assertNotIn(b"tIME", first)
    self.assertEqual(os.listdir(os.path.dirname(self.path)), ["picture.png"])
