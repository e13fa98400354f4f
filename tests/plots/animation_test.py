import os

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from tests.plots import picture
from tests.plots.picture import find, random_images
from vae_graph import plots


class AnimationTest(parameterized.TestCase, picture.PictureTestCase):
  def read_frames(self):
    """Returns the frames, uint8 [height, width, 3], and their seconds."""
    frames, seconds = [], []
    with Image.open(self.path) as gif:
      self.assertEqual(gif.format, "GIF")
      self.assertEqual(gif.info["loop"], 0)
      for index in range(gif.n_frames):
        gif.seek(index)
        frames.append(np.asarray(gif.convert("RGB")))
        seconds.append(gif.info["duration"] / 1000)
    return frames, seconds

  def test_gray_frames_are_exact(self):
    images = random_images((4, 28, 28))
    plots.write_gif(self.path, images, seconds=0.25)
    frames, seconds = self.read_frames()
    self.assertEqual(seconds, [0.25] * 4)
    for frame, image in zip(frames, images):
      self.assertEqual(frame.shape, (280, 280, 3))
      self.assertEqual(find(frame, image, 10), [(0, 0)])

  def test_floats_are_shown_as_bytes(self):
    images = random_images((2, 28, 28, 1))
    plots.write_gif(self.path, images)
    from_bytes = self.read_bytes()
    plots.write_gif(self.path, images / 255)
    self.assertEqual(self.read_bytes(), from_bytes)

  def test_colors_are_nearly_right(self):
    ramp = np.linspace(0, 1, 32)
    image = np.stack(np.broadcast_arrays(ramp, ramp[:, None], 0.5), axis=-1)
    images = np.stack([image, image[::-1], image[:, ::-1]])
    plots.write_gif(self.path, images)
    frames, _ = self.read_frames()
    for frame, image in zip(frames, images):
      shown = frame.reshape(32, 9, 32, 9, 3).mean(axis=(1, 3))
      self.assertLess(np.abs(shown - 255 * image).mean(), 6)

  @parameterized.parameters(
    ((3, 4, 8000), (4, 560)),
    ((2, 700, 700, 3), (560, 560)),
    ((2, 1, 10, 300, 300), (200, 2036)),
  )
  def test_large_images_are_scaled_down(self, shape, expected):
    plots.write_gif(self.path, random_images(shape))
    frames, _ = self.read_frames()
    self.assertEqual(frames[0].shape[:2], expected)

  @parameterized.parameters((28, 28), (28, 28, 1))
  def test_a_frame_may_be_a_grid(self, *shape):
    grids = random_images((2, 3, 4) + shape)
    plots.write_gif(self.path, grids)
    frames, _ = self.read_frames()
    for frame, grid in zip(frames, grids):
      for image in grid.reshape(-1, 28, 28):
        self.assertLen(find(frame, image, 3), 1)

  def test_same_input_gives_the_same_bytes(self):
    images = random_images((3, 28, 28))
    plots.write_gif(self.path, images)
    first = self.read_bytes()
    plots.write_gif(self.path, images)
    self.assertEqual(self.read_bytes(), first)
    self.assertLen(os.listdir(os.path.dirname(self.path)), 1)

  def test_other_shapes_and_times_are_refused(self):
    for shape in ((28, 28), (0, 28, 28), (2, 28, 28, 0), (1, 0, 2, 28, 28)):
      with self.assertRaisesRegex(ValueError, "frames must be|, found"):
        plots.write_gif(self.path, np.zeros(shape))
    with self.assertRaisesRegex(ValueError, "at least 0.02, found 0.01"):
      plots.write_gif(self.path, random_images((2, 28, 28)), seconds=0.01)
    self.assertFalse(os.path.exists(self.path))


if __name__ == "__main__":
  absltest.main()
