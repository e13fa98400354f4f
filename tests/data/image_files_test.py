import io
import os

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from tests.data import fake_files
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.data import image_files

_RANDOM = np.random.RandomState(0)
_GRAY = _RANDOM.randint(256, size=(6, 5)).astype(np.uint8)
_COLOR = _RANDOM.randint(256, size=(6, 5, 3)).astype(np.uint8)


class ImageFilesTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)

  def _write(self, pixels, name="image.png"):
    """Writes pixels by Pillow; returns the file's path."""
    path = os.path.join(self.folder, name)
    Image.fromarray(pixels).save(path)
    return path

  def _load(self, pixels, image_shape, resize=False):
    (image,) = image_files.load_files(
      [self._write(pixels)], image_shape, resize
    )
    self.assertEqual(image.dtype, np.uint8)
    self.assertEqual(image.shape, image_shape)
    return image

  def _assert_fails(self, message, paths, image_shape=(6, 5), **settings):
    with self.assertRaisesRegex(errors.DataError, message) as caught:
      image_files.load_files(paths, image_shape, **settings)
    self.assertNotIn("\n", str(caught.exception))

  def test_pixels_of_the_shape_asked_for_come_back(self):
    np.testing.assert_array_equal(self._load(_GRAY, (6, 5)), _GRAY)
    np.testing.assert_array_equal(
      self._load(_GRAY, (6, 5, 1)), _GRAY[..., np.newaxis]
    )
    np.testing.assert_array_equal(self._load(_COLOR, (6, 5, 3)), _COLOR)

  def test_colors_become_gray_as_pillow_has_it(self):
    expected = np.asarray(Image.fromarray(_COLOR).convert("L"), np.float32)
    for shape in ((6, 5), (6, 5, 1)):
      gray = self._load(_COLOR, shape).reshape(6, 5)
      np.testing.assert_allclose(gray, expected, atol=1)

  def test_gray_becomes_three_equal_colors(self):
    colors = self._load(_GRAY, (6, 5, 3))
    for channel in range(3):
      np.testing.assert_array_equal(colors[..., channel], _GRAY)

  def test_a_palette_becomes_its_colors(self):
    image = Image.fromarray(_COLOR).quantize(16)
    path = os.path.join(self.folder, "palette.png")
    image.save(path)
    (loaded,) = image_files.load_files([path], (6, 5, 3))
    np.testing.assert_array_equal(loaded, np.asarray(image.convert("RGB")))

  def test_jpeg_is_near_what_pillow_decodes(self):
    smooth = np.add.outer(np.arange(0, 96, 6), np.arange(0, 128, 8))
    path = self._write(smooth.astype(np.uint8), "image.JPG")
    (loaded,) = image_files.load_files([path], (16, 16))
    np.testing.assert_allclose(
      loaded.astype(np.int32), np.asarray(Image.open(path), np.int32), atol=2
    )

  @parameterized.parameters(((6, 5),), ((6, 5, 3),))
  def test_resize_takes_the_mean_of_blocks(self, image_shape):
    channels = image_shape[2:]
    large = _RANDOM.randint(256, size=(18, 20) + channels).astype(np.uint8)
    blocks = large.reshape((6, 3, 5, 4) + channels).mean(axis=(1, 3))
    resized = self._load(large, image_shape, resize=True)
    # Half a level is lost by rounding.
    np.testing.assert_allclose(resized, blocks, atol=0.501)

  def test_resize_enlarges_by_repetition(self):
    resized = self._load(_GRAY, (12, 15), resize=True)
    np.testing.assert_array_equal(resized, _GRAY.repeat(2, 0).repeat(3, 1))

  def test_resize_leaves_the_right_size_alone(self):
    np.testing.assert_array_equal(
      self._load(_COLOR, (6, 5, 3), resize=True), _COLOR
    )

  @parameterized.parameters(2, 4)
  def test_refuses_transparency(self, channels):
    pixels = np.full((6, 5, channels), 128, np.uint8)
    path = self._write(pixels)
    for resize in (False, True):
      self._assert_fails(
        f"image.png: found 5 x 6 pixels in {channels} .*transparency",
        [path],
        resize=resize,
      )

  def test_refuses_another_size(self):
    paths = [self._write(_GRAY), self._write(_GRAY.T, "turned.png")]
    self._assert_fails(
      r"turned.png: found 6 x 5 pixels, expected 5 x 6 pixels.*--resize", paths
    )

  def test_refuses_colors_for_two_channels(self):
    self._assert_fails(
      "3 channel.*2 channel.*npz", [self._write(_COLOR)], (6, 5, 2)
    )

  def test_refuses_what_is_damaged_or_missing(self):
    content = io.BytesIO()
    Image.fromarray(_COLOR).save(content, "PNG")
    for name, damaged in (
      ("cut.png", content.getvalue()[:40]),
      ("empty.png", b""),
      ("text.jpg", b"no image"),
    ):
      path = fake_files.write(self.folder, name, damaged)
      self._assert_fails(f"{name}: found an image that cannot be", [path])
    self._assert_fails(
      "nowhere.png", [os.path.join(self.folder, "nowhere.png")]
    )

  def test_files_keep_their_order_and_the_session_its_place(self):
    paths = [
      self._write(np.full((6, 5), level, np.uint8), f"{level}.png")
      for level in (30, 10, 20)
    ]
    with tf.Graph().as_default(), tf.Session() as session:
      images = image_files.load_files(paths, (6, 5))
      self.assertIs(tf.get_default_session(), session)
      self.assertEmpty(tf.get_default_graph().get_operations())
    self.assertEqual(images[:, 0, 0].tolist(), [30, 10, 20])


if __name__ == "__main__":
  absltest.main()
