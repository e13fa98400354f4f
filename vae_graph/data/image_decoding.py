"""Decoding of image files: from the bytes of one to its pixels."""

import io
import sys
import warnings

import numpy as np

# Imported for Image.open to know their formats without importing all others.
from PIL import (
  Image,
  ImageColor,
  TiffImagePlugin,
  UnidentifiedImageError,
  WebPImagePlugin,  # noqa: F401
)

from vae_graph import errors, files
from vae_graph.data import pixels

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
# JPEG files of cameras may hold further pictures, such as one for 3D.
_FIRST_OF_SEVERAL = "MPO"

# Pixels of one byte, at most; PNG has eight to a byte.
_MOST_EXPANSION = 8 * files.MOST_EXPANSION
# So many may come in fewer bytes, as an image of one color does.
_FEW_PIXELS = 2**24

# Pillow's modes without colors; "I" is what its older releases call "I;16".
_GRAY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F")

# Of its raw modes, those that are not taken with 16 bits.
_KINDS = {"LA": "gray with alpha", "RGBa": "premultiplied RGBA"}

_ORIENTATION = 0x0112  # The tag of EXIF.
# Along which axes to flip images of orientation 1 to 8 for them to be upright;
# from 5 on their axes are swapped before.
_FLIPS = ((), (1,), (0, 1), (0,), (), (1,), (0, 1), (0,))

_HAS_LOW_BYTE_FIRST = sys.byteorder == "little"


def decode(content, *, name="image", background=None, white_level=0):
  """Returns the image that is the content of a file, upright.

  Args:
    content: bytes.
    name: the file, for error messages.
    background: see `parse_color`; what is transparent is put on it.
    white_level: what is white where there are more than 8 bits; 0 for all bits.

  Returns:
    `[height, width, channels]` with 1 or 3 channels, and one more where there
    is transparency and no background: uint8, or float32 in [0, 1] where there
    are more than 8 bits.

  Raises:
    DataError: it is intact, but of a kind that is not taken.
    Exception: of nearly every kind, where it is damaged or no image.
  """
  with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    # Of an image too large, which may be a small file.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    # Decoding passes over the checksums of a PNG.
    _open(content).verify()
    image = _open(content)
    count = getattr(image, "n_frames", 1)
    if count > 1 and image.format != _FIRST_OF_SEVERAL:
      raise pixels.bad_data(
        name,
        f"{count} images in one file",
        "one",
        "save each as a file of its own, or remove the file",
      )
    decoded = _pixels(image, content, name, white_level)
    if decoded.ndim == 2:
      decoded = decoded[..., np.newaxis]
    # Pillow turns those of TIFF itself.
    orientation = 1 if image.format == "TIFF" else _orientation(image)
  if decoded.shape[-1] in (2, 4):
    decoded = _flatten(decoded, background)
  if orientation >= 5:
    decoded = decoded.swapaxes(0, 1)
  return np.flip(decoded, _FLIPS[orientation - 1])


def parse_color(text):
  """Returns the levels of red, green and blue of a color, or None if empty.

  Args:
    text: a name such as `white`, or `#rrggbb`.

  Raises:
    ConfigError: it is neither, or has transparency itself.
  """
  if not text:
    return None
  try:
    color = ImageColor.getrgb(text)
  except ValueError:
    color = ()
  if len(color) != 3:
    raise errors.ConfigError(
      "background must be an opaque color such as white or #ffffff, found"
      f" {text!r}"
    )
  return color


def reason(error):
  """Returns why a file could not be read or decoded, on one line."""
  if isinstance(error, UnidentifiedImageError):
    return f"it is not recognized as {errors.either(FORMATS)}"
  text = getattr(error, "strerror", None) or str(error) or type(error).__name__
  return " ".join(text.split())


def _open(content):
  image = Image.open(io.BytesIO(content), formats=FORMATS)
  # Before they are allocated.
  most = len(content) * _MOST_EXPANSION
  if image.format not in ("PNG", "JPEG"):
    most = max(_FEW_PIXELS, most)
  if image.width * image.height > most:
    raise ValueError(
      f"{image.width} x {image.height} pixels in {len(content):,} bytes"
    )
  return image


def _pixels(image, content, name, white_level):
  """Returns the pixels as they are stored, `[height, width(, channels)]`."""
  raw_mode = _raw_mode(image)
  image.load()  # Whose errors NumPy would hide.
  if image.mode == "F":
    return pixels.to_standard(np.asarray(image), name)
  if image.mode.startswith("I"):
    return _deep_gray(image, name, white_level)
  if ";16" in raw_mode:
    return _deep_colors(image, content, raw_mode, name, white_level)
  is_gray = image.mode in _GRAY_MODES
  if _has_transparency(image):
    return np.asarray(image.convert("LA" if is_gray else "RGBA"))
  return np.asarray(image.convert("L" if is_gray else "RGB"))


def _has_transparency(image):
  return "transparency" in image.info or image.mode[-1] in "Aa"


def _raw_mode(image):
  """Returns how the pixels are stored, in Pillow's words; empty if unknown."""
  if image.format not in ("PNG", "TIFF") or not image.tile:
    return ""
  arguments = image.tile[0][3]
  return arguments if isinstance(arguments, str) else arguments[0]


def _deep_gray(image, name, white_level):
  """Returns gray pixels of more than 8 bits, with alpha if any has it."""
  white, is_inverted = white_level or 65535, False
  if image.format == "TIFF":
    bits = image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (16,))[0]
    # Signed, or of 32 bits.
    if not white_level and image.mode == "I":
      raise pixels.bad_data(
        name,
        f"integers of {bits} bits, of which any may be white",
        "their white level",
        "set --white_level",
      )
    white = white_level or 2**bits - 1
    # Pillow inverts those of 8 bits alone.
    is_inverted = (
      image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
    )
  levels = np.asarray(image)
  gray = _scaled(levels, white, name)
  if is_inverted:
    gray = 1 - gray
  transparent = image.info.get("transparency")
  if transparent is None:
    return gray
  return np.stack([gray, levels != transparent], axis=-1).astype(np.float32)


def _deep_colors(image, content, raw_mode, name, white_level):
  """Returns colors of 16 bits, with alpha if any has it.

  Pillow keeps the high byte of each. Told that the low one is first where it is
  last, or the reverse, it keeps the other.
  """
  kind, order = raw_mode.split(";16")
  if kind not in ("RGB", "RGBA", "RGBX") or order not in tuple("LBN"):
    raise pixels.bad_data(
      name,
      f"16 bits a channel of {_KINDS.get(kind, kind)}",
      "16 bits of gray, RGB or RGBA",
      "save it so, or with 8 bits a channel",
    )
  is_low_first = order == "L" or (order == "N" and _HAS_LOW_BYTE_FIRST)
  other_mode = f"{kind};16{'B' if is_low_first else 'L'}"
  low = _open(content)
  low.tile = [
    (*tile[:3], other_mode)
    if isinstance(tile[3], str)
    else (*tile[:3], (other_mode, *tile[3][1:]))
    for tile in low.tile
  ]
  levels = np.asarray(image).astype(np.int32) * 256 + np.asarray(low)
  transparent = image.info.get("transparency")
  if image.mode == "RGBA":
    colors, alpha = levels[..., :3], levels[..., 3:] / np.float32(65535)
  elif transparent is not None:
    colors = levels
    alpha = np.any(levels != transparent, axis=-1, keepdims=True)
  else:
    return _scaled(levels, white_level or 65535, name)
  colors = _scaled(colors, white_level or 65535, name)
  return np.concatenate([colors, alpha], axis=-1).astype(np.float32)


def _scaled(levels, white, name):
  """Returns integers as float32 in [0, 1]."""
  low, high = levels.min(), levels.max()
  if low < 0 or high > white:
    raise pixels.bad_data(
      name,
      f"levels from {low} to {high}",
      f"0 to {white}, the white level",
      "scale them, or set --white_level to the level that is white",
    )
  scaled = levels.astype(np.float32)
  scaled /= np.float32(white)
  return np.minimum(scaled, np.float32(1), out=scaled)


def _flatten(image, background):
  """Puts what is transparent on a background, if there is one.

  Args:
    image: uint8 or float32 `[height, width, 2 or 4]`.
    background: three levels of 8 bits, or None.

  Returns:
    `[height, width, channels]`: without alpha where it hides nothing or there
    is a background, whose color makes colors of gray.
  """
  white = 255 if image.dtype == np.uint8 else 1
  colors, alpha = image[..., :-1], image[..., -1:]
  if alpha.min() == white:
    return colors
  if background is None:
    return image
  behind = np.array(background, np.float32) * np.float32(white / 255)
  if colors.shape[-1] == 1 and len(set(background)) == 1:
    behind = behind[:1]
  cover = alpha.astype(np.float32) / np.float32(white)
  flat = cover * colors + (1 - cover) * behind
  if image.dtype == np.uint8:
    return np.rint(flat).astype(np.uint8)
  return np.clip(flat, 0, 1)


def _orientation(image):
  """Returns the orientation that EXIF data tell, 1 where they are damaged."""
  try:
    found = image.getexif().get(_ORIENTATION)
  except Exception:  # As above; but here the pixels are intact.
    found = None
  return int(found) if found in range(1, 9) else 1
