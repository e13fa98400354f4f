import io

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from tests.data import fake_files
from vae_graph import errors
from vae_graph.data import image_decoding

_RANDOM = np.random.RandomState(0)
_COLOR = _RANDOM.randint(256, size=(6, 5, 3)).astype(np.uint8)
_ALPHA = _RANDOM.randint(256, size=(6, 5, 1)).astype(np.uint8)
_DEEP = _RANDOM.randint(2**16, size=(6, 5, 4)).astype(np.uint16)
_LEVELS = _DEEP[..., 0]


def _encode(image, kind, **settings):
  if isinstance(image, np.ndarray):
    image = Image.fromarray(image)
  content = io.BytesIO()
  image.save(content, kind, **settings)
  return content.getvalue()


def _exif(orientation):
  exif = Image.Exif()
  exif[0x0112] = orientation
  return exif


class ImageDecodingTest(parameterized.TestCase):
  def _assert_decodes(self, content, expected, **settings):
    image = image_decoding.decode(content, **settings)
    self.assertEqual(image.shape, expected.shape)
    np.testing.assert_allclose(image, expected, rtol=1e-6, atol=1e-7)

  def _assert_fails(self, message, content, **settings):
    with self.assertRaises(Exception) as caught:
      image_decoding.decode(content, **settings)
    self.assertRegex(image_decoding.reason(caught.exception), message)

  @parameterized.parameters(
    ("PNG", {}),
    ("BMP", {}),
    ("WEBP", {"lossless": True}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
  )
  def test_colors_come_back(self, kind, settings):
    self._assert_decodes(_encode(_COLOR, kind, **settings), _COLOR)

  def test_a_palette_of_any_format_becomes_its_colors(self):
    image = Image.fromarray(_COLOR).quantize(16)
    for kind in ("PNG", "GIF", "BMP", "TIFF"):
      self._assert_decodes(
        _encode(image, kind), np.asarray(image.convert("RGB"))
      )

  @parameterized.product(order=("<", ">"), compression=(1, 8))
  def test_tiff_of_16_bits_keeps_its_depth(self, order, compression):
    for levels, tags in (
      (_LEVELS, {}),
      (_DEEP[..., :3], {}),
      (_DEEP, {"tag_338": 2}),
    ):
      content = fake_files.tiff_bytes(levels, order, compression, **tags)
      self._assert_decodes(content, levels.reshape(6, 5, -1) / 65535)

  def test_tiff_whose_white_is_0(self):
    content = fake_files.tiff_bytes(_LEVELS, tag_262=0)
    self._assert_decodes(content, 1 - _LEVELS[..., None] / 65535)

  def test_tiff_of_floats(self):
    floats = (_LEVELS / 65535).astype(np.float32)
    content = fake_files.tiff_bytes(floats, tag_339=3)
    self._assert_decodes(content, floats[..., None])
    for wrong in (floats + 0.5, np.full_like(floats, np.nan)):
      content = fake_files.tiff_bytes(wrong, tag_339=3)
      self._assert_fails("^image: found pixels .*, expected finite", content)

  @parameterized.parameters(np.int16, np.int32)
  def test_tiff_of_integers_needs_a_white_level(self, dtype):
    levels = (_LEVELS // 4).astype(dtype)
    content = fake_files.tiff_bytes(levels, tag_339=2)
    self._assert_fails(
      "of which any may be white, .*set --white_level$", content
    )
    expected = levels[..., None] / 2**14
    self._assert_decodes(content, expected, white_level=2**14)
    self._assert_fails("0 to 99, the white level", content, white_level=99)

  def test_12_bits(self):
    levels = np.array([[0, 4095, 0x123, 0xABC]], np.uint16)
    # Two levels are three bytes.
    packed = np.frombuffer(b"\x00\x0f\xff\x12\x3a\xbc", np.uint8)
    content = fake_files.tiff_bytes(packed[None], tag_256=4, tag_258=12)
    self._assert_decodes(content, levels[..., None] / 4095)
    content = fake_files.deep_png(levels)
    self._assert_decodes(content, levels[..., None] / 65535)
    self._assert_decodes(content, levels[..., None] / 4095, white_level=4095)

  @parameterized.parameters((3, 2), (6, -1), (8, 1))
  def test_upright_whatever_the_format(self, orientation, turns):
    upright = np.rot90(_COLOR, turns)
    exif = _exif(orientation)
    content = _encode(_COLOR, "WEBP", lossless=True, exif=exif)
    self._assert_decodes(content, upright)
    for image in (_COLOR, _DEEP[..., :3], _LEVELS):
      content = fake_files.tiff_bytes(image, tag_274=orientation)
      expected = np.rot90(image.reshape(6, 5, -1), turns)
      scale = 1 if image is _COLOR else 65535
      self._assert_decodes(content, expected / scale)

  @parameterized.parameters(
    ("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {})
  )
  def test_transparency_is_put_on_a_background(self, kind, settings):
    image = np.concatenate([_COLOR, _ALPHA], axis=-1)
    content = _encode(image, kind, **settings)
    self._assert_decodes(content, image)
    cover, color = _ALPHA / 255, (255, 0, 10)
    expected = np.rint(cover * _COLOR + (1 - cover) * color)
    self._assert_decodes(content, expected, background=color)
    opaque = np.concatenate([_COLOR, np.full_like(_ALPHA, 255)], axis=-1)
    self._assert_decodes(_encode(opaque, kind, **settings), _COLOR)

  def test_gray_on_gray_stays_gray(self):
    image = np.concatenate([_COLOR[..., :1], _ALPHA], axis=-1)
    content, cover = _encode(image, "PNG"), _ALPHA / 255
    for color, channels in (((7, 7, 7), 1), ((7, 8, 9), 3)):
      expected = cover * image[..., :1] + (1 - cover) * color[:channels]
      self._assert_decodes(content, np.rint(expected), background=color)

  def test_transparency_beside_16_bits(self):
    content = fake_files.tiff_bytes(_DEEP, tag_338=2)
    cover = _DEEP[..., 3:] / 65535
    expected = cover * _DEEP[..., :3] / 65535 + (1 - cover)
    self._assert_decodes(content, expected, background=(255, 255, 255))
    # Of one level, by its chunk.
    mask = np.isin(_LEVELS, _LEVELS[0, 0])
    content = fake_files.deep_png(
      _LEVELS, transparent=_LEVELS[0, :1].astype(">u2").tobytes()
    )
    expected = np.where(mask, 65535, _LEVELS) / 65535
    self._assert_decodes(
      content, expected[..., None], background=(255, 255, 255)
    )
    premultiplied = fake_files.tiff_bytes(_DEEP, tag_338=1)
    for kind, content in (
      ("premultiplied RGBA", premultiplied),
      ("gray with alpha", fake_files.deep_png(_DEEP[..., :2])),
    ):
      self._assert_fails(
        f"16 bits a channel of {kind}, expected 16 bits of gray, RGB", content
      )

  @parameterized.parameters("GIF", "PNG", "WEBP", "TIFF")
  def test_several_images_in_a_file_are_refused(self, kind):
    image = Image.fromarray(_COLOR)
    more = [image.rotate(180), image.rotate(90)]
    content = _encode(image, kind, save_all=True, append_images=more)
    self._assert_fails("^image: found 3 images in one file, exp", content)

  def test_the_first_picture_of_a_camera(self):
    image = Image.fromarray(_COLOR)
    content = _encode(image, "MPO", save_all=True, append_images=[image])
    self.assertEqual(image_decoding.decode(content).shape, (6, 5, 3))

  def test_one_color_in_few_bytes(self):
    image = Image.new("RGB", (3000, 3000), (1, 2, 3))
    for kind, settings in (("WEBP", {"lossless": True}), ("PNG", {})):
      decoded = image_decoding.decode(_encode(image, kind, **settings))
      self.assertEqual(decoded.shape, (3000, 3000, 3))
      self.assertEqual(decoded[-1, -1].tolist(), [1, 2, 3])

  @parameterized.parameters("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
  def test_a_file_that_is_cut_off(self, kind):
    content = _encode(_COLOR, kind)
    self._assert_fails(
      "truncated|Truncated|not recognized|decoder",
      content[: -len(content) // 3],
    )

  def test_other_formats_are_not_recognized(self):
    for content in (b"", b"<svg/>", _encode(_COLOR, "PPM")):
      self._assert_fails("not recognized as PNG, .* or GIF", content)

  def test_colors(self):
    self.assertIsNone(image_decoding.parse_color(""))
    self.assertEqual(image_decoding.parse_color("#0a0B0c"), (10, 11, 12))
    self.assertEqual(image_decoding.parse_color("white"), (255, 255, 255))
    for wrong in ("whit", "#ffffff80", "#fff8", "rgba(1, 2, 3, 4)"):
      with self.assertRaises(errors.ConfigError) as caught:
        image_decoding.parse_color(wrong)
      self.assertEndsWith(str(caught.exception), f"#ffffff, found {wrong!r}")


if __name__ == "__main__":
  absltest.main()
