"""Image files: PNG, JPEG, and folders of them."""

import io
import struct
import zlib

import numpy as np
from absl.testing import absltest
from hypothesis import strategies as st
from PIL import Image

from tests.data import fake_files
from tests.fuzz import fuzzing
from vae_graph import config
from vae_graph.data import dataset, image_files

_RANDOM = np.random.RandomState(0)
_COLOR = _RANDOM.randint(256, size=(6, 5, 3)).astype(np.uint8)
_DEEP = _RANDOM.randint(2**16, size=(6, 5, 3)).astype(np.uint16)


def _encode(image, kind, **settings):
  stream = io.BytesIO()
  image.save(stream, kind, **settings)
  return stream.getvalue()


def _exif():
  exif = Image.Exif()
  exif[0x0112] = 6
  return exif


_IMAGE = Image.fromarray(_COLOR)
_PNGS = [
  _encode(_IMAGE, "PNG", exif=_exif()),
  _encode(_IMAGE.convert("L"), "PNG", transparency=3),
  _encode(_IMAGE.convert("1"), "PNG"),
  _encode(_IMAGE.convert("P"), "PNG", transparency=b"\1\2"),
  _encode(_IMAGE, "PNG", save_all=True, append_images=[_IMAGE.rotate(180)]),
  fake_files.deep_png(_DEEP),
  fake_files.deep_png(_DEEP[..., 0], transparent=b"\1\2"),
]
_JPEGS = [
  _encode(_IMAGE, "JPEG", exif=_exif(), comment=b"a", dpi=(3, 3)),
  _encode(_IMAGE, "JPEG", progressive=True, subsampling=2),
  _encode(_IMAGE.convert("CMYK"), "JPEG"),
  _encode(_IMAGE.convert("L"), "JPEG", icc_profile=b"profile"),
]
_OTHERS = [
  _encode(_IMAGE, kind) for kind in ("GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA")
] + [
  _encode(_IMAGE, "TIFF", compression="tiff_lzw"),
  _encode(_IMAGE, "TIFF", compression="jpeg"),
  _encode(_IMAGE.convert("1"), "TIFF", compression="group4"),
  _encode(Image.fromarray(_DEEP[..., 0]), "TIFF", compression="packbits"),
  _encode(_IMAGE.convert("RGBA"), "TIFF", save_all=True),
  _encode(_IMAGE, "WEBP", lossless=True, exif=_exif()),
  _encode(_IMAGE.convert("RGBA"), "WEBP"),
  _encode(_IMAGE.convert("P"), "GIF", transparency=3),
  _encode(_IMAGE.convert("P"), "BMP"),
]


def _chunks(png):
  """Returns the (kind, content) of a PNG file's chunks."""
  chunks, place = [], 8  # after the signature
  while place < len(png):
    (length,) = struct.unpack_from(">I", png, place)
    kind, content = png[place + 4 : place + 8], png[place + 8 :][:length]
    chunks.append((kind, content))
    place += length + 12
  return chunks


@st.composite
def _pngs(draw):
  """Draws a PNG file with damaged chunks, whose checksums are right."""
  chunks = _chunks(draw(st.sampled_from(_PNGS)))
  indices = st.integers(0, len(chunks) - 1)
  # From the last, so that what is added moves none of the others.
  for index in sorted(draw(st.sets(indices, min_size=1)), reverse=True):
    kind, content = chunks[index]
    if draw(st.booleans()):
      kind = draw(st.sampled_from(_KINDS))
      content = draw(st.one_of(st.just(content), st.binary(max_size=40)))
      chunks.insert(index, (kind, content))
    elif kind == b"IDAT":
      lines = draw(fuzzing.damaged([zlib.decompress(content)]))
      chunks[index] = kind, zlib.compress(lines)
    else:
      chunks[index] = kind, draw(fuzzing.damaged([content]))
  return fake_files.png_bytes(chunks)


_KINDS = (
  b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP tEXt zTXt iTXt eXIf pHYs acTL"
  b" fcTL fdAT sBIT"
).split()
_FILES = st.one_of(
  _pngs(),
  fuzzing.damaged(_PNGS + _JPEGS),
  fuzzing.files(*_JPEGS),
  fuzzing.files(*_OTHERS),
)


class ImagesTest(fuzzing.FuzzTestCase):
  @fuzzing.inputs(content=_FILES, resize=st.booleans())
  def test_image_file(self, content, resize):
    path = self.write("image.png", content)
    images = self.attempt(
      image_files.load_files, [path], (5, 6, 3), resize=resize
    )
    if images is not None:
      self.assertEqual(images.shape, (1, 5, 6, 3))
      self.assertIn(images.dtype, (np.uint8, np.float32))

  @fuzzing.inputs(
    contents=st.dictionaries(
      st.sampled_from(("a.png", "b.jpg", "1/a.png", "1/b.JPEG", "2/c.png")),
      st.one_of(st.sampled_from(_PNGS[:3]), _FILES),
      max_size=4,
    )
  )
  def test_image_folder(self, contents):
    self.clear()
    for name, content in contents.items():
      self.write(name, content)
    loaded = self.attempt(
      dataset.load_dataset,
      config.DataConfig(dataset="images", data_dir=self.folder),
    )
    for images, labels in loaded or ():
      self.assertIn(images.dtype, (np.uint8, np.float32))
      self.assertTrue(labels is None or len(labels) == len(images))


if __name__ == "__main__":
  absltest.main()
