import io
import os
import subprocess
import sys
import warnings
import zlib
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image, ImageOps

from tests.data import fake_files
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.data import image_files

_RANDOM = np.random.RandomState(0)
_GRAY = _RANDOM.randint(256, size=(6, 5)).astype(np.uint8)
_COLOR = _RANDOM.randint(256, size=(6, 5, 3)).astype(np.uint8)

# 16 bits a channel, with low bytes that differ from the high ones.
_DEEP_GRAY = _RANDOM.randint(2**16, size=(6, 5)).astype(np.uint16)
_DEEP_COLOR = _RANDOM.randint(2**16, size=(6, 5, 3)).astype(np.uint16)


def _smooth(height, width):
  """Returns colors that change gently, uint8 `[height, width, 3]`."""
  row, column = np.mgrid[:height, :width]
  waves = (np.sin(row / 3), np.cos(column / 4), np.sin((row + column) / 5))
  return np.rint(127.5 + 127.5 * np.stack(waves, axis=-1)).astype(np.uint8)


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
      [self._write(pixels)], image_shape, resize=resize
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

  @parameterized.product(depth=(_DEEP_GRAY, _DEEP_COLOR), resize=(False, True))
  def test_16_bits_are_kept(self, depth, resize):
    path = fake_files.write(self.folder, "deep.png", fake_files.deep_png(depth))
    (image,) = image_files.load_files([path], depth.shape, resize=resize)
    self.assertEqual(image.dtype, np.float32)
    np.testing.assert_allclose(image, depth / 65535, rtol=1e-7)

  def test_16_bits_fit_any_shape(self):
    gray = fake_files.write(
      self.folder, "gray.png", fake_files.deep_png(_DEEP_GRAY)
    )
    color = fake_files.write(
      self.folder, "color.png", fake_files.deep_png(_DEEP_COLOR)
    )
    luma = _DEEP_COLOR @ np.array([0.299, 0.587, 0.114])
    images = image_files.load_files([gray, color], (6, 5))
    expected = np.stack([_DEEP_GRAY, luma]) / 65535
    np.testing.assert_allclose(images, expected, rtol=1e-6)
    images = image_files.load_files([gray, color], (3, 1, 3), resize=True)
    colors = np.stack([np.stack([_DEEP_GRAY] * 3, axis=-1), _DEEP_COLOR])
    expected = colors.reshape(2, 3, 2, 1, 5, 3).mean(axis=(2, 4)) / 65535
    np.testing.assert_allclose(images, expected, rtol=1e-6)

  def test_white_of_16_bits_stays_within_bounds(self):
    content = fake_files.deep_png(np.full((7, 5), 65535, np.uint16))
    path = fake_files.write(self.folder, "white.png", content)
    for shape in ((3, 3), (28, 29), (28, 29, 3)):
      image = image_files.load_files([path], shape, resize=True)
      np.testing.assert_allclose(image, 1, rtol=1e-6)
      self.assertLessEqual(image.max(), 1)

  def test_8_bits_beside_16_become_floats(self):
    deep = fake_files.write(
      self.folder, "deep.png", fake_files.deep_png(_DEEP_GRAY)
    )
    images = image_files.load_files(
      [self._write(_GRAY), deep, self._write(_COLOR, "color.png")], (6, 5)
    )
    self.assertEqual(images.dtype, np.float32)
    np.testing.assert_allclose(images[0], _GRAY / 255, rtol=1e-6)
    np.testing.assert_allclose(images[1], _DEEP_GRAY / 65535, rtol=1e-6)

  @parameterized.parameters("1", "CMYK")
  def test_modes_without_transparency_are_gray_or_colors(self, mode):
    image = Image.fromarray(_smooth(6, 5)).convert(mode)
    name, shape = ("a.png", (6, 5)) if mode == "1" else ("a.jpg", (6, 5, 3))
    path = os.path.join(self.folder, name)
    image.save(path)
    (loaded,) = image_files.load_files([path], shape)
    expected = image.convert("L" if mode == "1" else "RGB")
    # What the JPEG loses.
    atol = 0 if mode == "1" else 40
    np.testing.assert_allclose(loaded, np.asarray(expected), atol=atol)

  @parameterized.product(
    orientation=tuple(range(1, 9)), content=(_GRAY, _COLOR, _DEEP_GRAY)
  )
  def test_images_are_upright(self, orientation, content):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = os.path.join(self.folder, "turned.png")
    Image.fromarray(content).save(path, exif=exif)
    with Image.open(path) as image:
      expected = np.asarray(ImageOps.exif_transpose(image))
    (loaded,) = image_files.load_files([path], expected.shape)
    scale = 65535 if content is _DEEP_GRAY else 1
    np.testing.assert_allclose(loaded, expected / scale, rtol=1e-6)

  def test_exif_data_that_are_damaged_turn_nothing(self):
    path = os.path.join(self.folder, "image.jpg")
    Image.fromarray(_GRAY).save(path, exif=b"Exif\0\0no TIFF header")
    image_files.load_files([path], (6, 5))

  @parameterized.product(subsampling=(0, 1, 2), progressive=(False, True))
  def test_jpeg_pixels_are_those_of_tensorflow(self, subsampling, progressive):
    path = os.path.join(self.folder, "image.JPG")
    Image.fromarray(_smooth(33, 47)).save(
      path, subsampling=subsampling, progressive=progressive
    )
    with open(path, "rb") as file:
      content = file.read()
    with tf.Graph().as_default(), tf.Session() as session:
      expected = session.run(
        tf.image.decode_jpeg(content, dct_method="INTEGER_ACCURATE")
      )
    (loaded,) = image_files.load_files([path], (33, 47, 3))
    # Another release of the decoder may round otherwise.
    np.testing.assert_allclose(
      loaded.astype(np.int32), expected.astype(np.int32), atol=1
    )

  @parameterized.parameters(((6, 5),), ((6, 5, 3),))
  def test_resize_takes_the_mean_of_blocks(self, image_shape):
    channels = image_shape[2:]
    large = _RANDOM.randint(256, size=(18, 20) + channels).astype(np.uint8)
    blocks = large.reshape((6, 3, 5, 4) + channels).mean(axis=(1, 3))
    resized = self._load(large, image_shape, resize=True)
    # Half a level is lost by rounding.
    np.testing.assert_allclose(resized, blocks, atol=0.501)

  @parameterized.parameters(((33, 47), (28, 28)), ((28, 28), (32, 31)))
  def test_resize_is_area_averaging_as_tensorflow_has_it(self, old, new):
    pixels = _RANDOM.randint(256, size=old + (3,)).astype(np.uint8)
    with tf.Graph().as_default(), tf.Session() as session:
      method = tf.image.ResizeMethod.AREA
      (expected,) = session.run(
        tf.image.resize_images(pixels[np.newaxis], new, method)
      )
    resized = self._load(pixels, new + (3,), resize=True)
    np.testing.assert_allclose(resized, expected, atol=0.501)

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

  @parameterized.parameters(("L", 2), ("RGB", 4), ("P", 4))
  def test_refuses_a_color_that_stands_for_transparency(self, mode, channels):
    path = os.path.join(self.folder, "image.png")
    image = Image.fromarray(_COLOR).convert(mode)
    image.save(path, transparency=image.getpixel((0, 0)))
    self._assert_fails(f"in {channels} channel.*transparency", [path])

  @parameterized.parameters((_DEEP_GRAY, 2), (_DEEP_COLOR, 4))
  def test_refuses_such_a_color_of_16_bits(self, levels, channels):
    content = fake_files.deep_png(
      levels, transparent=levels[0, :1].astype(">u2").tobytes()
    )
    path = fake_files.write(self.folder, "image.png", content)
    self._assert_fails(f"in {channels} channel.*transparency", [path])

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

  @parameterized.parameters(
    (np.int32, 1, {}, "integers of 32 bits, .*; set --white_level$"),
    (np.uint16, 9, {"white_level": 8}, "levels .*to 9, expected 0 to 8, the"),
    (np.float32, 255, {}, r"pixels from 0.0 to 255.0, .*floats in \[0, 1\]"),
  )
  def test_what_is_intact_is_not_called_damaged(
    self, dtype, white, settings, message
  ):
    levels = np.array([[0, white]], dtype)
    kind = {"i": 2, "u": 1, "f": 3}[levels.dtype.kind]
    content = fake_files.tiff_bytes(levels, tag_339=kind)
    path = fake_files.write(self.folder, "image.tif", content)
    message = f"^{path}: found {message}"
    self._assert_fails(message, [path], **settings)

  def test_names_what_is_wrong_with_a_file(self):
    path = self._write(_COLOR)
    with mock.patch.object(Image, "MAX_IMAGE_PIXELS", 10):
      self._assert_fails(r"cannot be read or decoded \(.*limit of 20 ", [path])
    missing = os.path.join(self.folder, "nowhere.png")
    self._assert_fails(r"\(No such file or directory\)", [missing])
    text = fake_files.write(self.folder, "text.png", b"no image")
    self._assert_fails(r"\(it is not recognized as PNG, .* or GIF\)", [text])

  @parameterized.parameters(
    (2**31 - 1, 2**31 - 1, "cannot be read or decoded .*pixels"),
    (60000, 60000, "limit of"),
    (12000, 10000, "limit of"),
    (9000, 9000, "9000 x 9000 pixels in [0-9]+ bytes"),
  )
  def test_claims_take_no_memory(self, width, height, message):
    chunks = [(b"IHDR", fake_files.png_header(width, height, 8, 2))]
    chunks += [(b"IDAT", zlib.compress(bytes(99))), (b"IEND", b"")]
    content = fake_files.png_bytes(chunks)
    path = fake_files.write(self.folder, "bomb.png", content)
    with mock.patch.object(Image.core, "new") as new, mock.patch.object(
      Image.core, "fill"
    ) as fill, fake_files.memory_of_at_most(self, 2**20):
      self._assert_fails(message, [path])
    # Pillow's own memory, of which Python does not know.
    new.assert_not_called()
    fill.assert_not_called()

  def test_what_is_no_file_is_not_waited_for(self):
    pipe = os.path.join(self.folder, "pipe.png")
    os.mkfifo(pipe)
    device = os.path.join(self.folder, "device.png")
    os.symlink("/dev/zero", device)
    for path in (pipe, device):
      self._assert_fails(r"\(Not a regular file\)", [path])
    large = fake_files.sparse_file(self.folder, "large.png", 2**40)
    with fake_files.memory_of_at_most(self, 2**20):
      self._assert_fails(r"\(It has 1,099,511,627,776 bytes", [large])

  def test_pillow_does_not_remark_on_files(self):
    path = os.path.join(self.folder, "image.jpg")
    Image.fromarray(_GRAY).save(path, exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0")
    with warnings.catch_warnings():
      warnings.simplefilter("error")
      image_files.load_files([path], (6, 5))

  @parameterized.parameters("PNG", "JPEG")
  def test_any_damage_is_one_line_or_none(self, kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    content = io.BytesIO()
    Image.fromarray(_COLOR).save(content, kind, exif=exif)
    content = content.getvalue()
    refused = 0
    for position in range(len(content)):
      damaged = bytearray(content)
      damaged[position] ^= 1 << position % 8
      path = fake_files.write(self.folder, "damaged.png", damaged)
      try:
        image_files.load_files([path], (5, 6, 3), resize=True)
      except errors.DataError as error:
        self.assertNotIn("\n", str(error))
        refused += 1
    # A PNG has checksums of all but the length and checksum of its end.
    self.assertGreaterEqual(refused, len(content) - 8 if kind == "PNG" else 1)

  def test_files_keep_their_order(self):
    paths = [
      self._write(np.full((6, 5), level, np.uint8), f"{level}.png")
      for level in (30, 10, 20)
    ]
    images = image_files.load_files(paths, (6, 5))
    self.assertEqual(images[:, 0, 0].tolist(), [30, 10, 20])

  def test_needs_no_tensorflow(self):
    program = f"""
import sys
from vae_graph.data import image_files
image_files.load_files([{self._write(_GRAY)!r}], (12, 10), resize=True)
assert "tensorflow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


if __name__ == "__main__":
  absltest.main()
