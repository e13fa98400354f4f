"""Tiny data files for the tests of the sources."""

import contextlib
import gzip
import os
import struct
import tempfile
import tracemalloc
import zlib

import numpy as np

MNIST_FILES = (
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
)


def temporary_folder(test):
  """Returns a new folder that is removed when a test case ends."""
  # Not create_tempdir, which needs parsed flags, and pytest parses none.
  folder = tempfile.TemporaryDirectory()
  test.addCleanup(folder.cleanup)
  return folder.name


def idx_bytes(array):
  """Returns a uint8 array as the content of an IDX file."""
  header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
  return header + array.astype(np.uint8).tobytes()


def mnist_arrays():
  """Returns a dict from `MNIST_FILES` to small arrays that all differ."""
  random = np.random.RandomState(0)
  shapes = ((5, 4, 3), (5,), (2, 4, 3), (2,))
  return {
    name: random.randint(0, 256, shape).astype(np.uint8)
    for name, shape in zip(MNIST_FILES, shapes)
  }


def write(folder, name, content):
  """Writes bytes to a new file and returns its path."""
  os.makedirs(folder, exist_ok=True)
  path = os.path.join(folder, name)
  with open(path, "wb") as file:
    file.write(content)
  return path


def write_mnist(folder, names=MNIST_FILES, compress=True):
  """Writes `mnist_arrays` into `folder`."""
  arrays = mnist_arrays()
  for name in names:
    content = idx_bytes(arrays[name])
    if compress:
      write(folder, f"{name}.gz", gzip.compress(content))
    else:
      write(folder, name, content)


@contextlib.contextmanager
def memory_of_at_most(test, limit):
  """Checks that the block never has more bytes than that, be they touched."""
  tracemalloc.start()
  try:
    yield
    peak = tracemalloc.get_traced_memory()[1]
  finally:
    tracemalloc.stop()
  test.assertLess(peak, limit)


def sparse_file(folder, name, size, content=b""):
  """Makes a file that begins with some bytes, and takes no place on disk."""
  path = write(folder, name, content)
  os.truncate(path, size)
  return path


def png_bytes(chunks):
  """Returns a PNG file of (kind, content) chunks, with their checksums."""
  return b"\x89PNG\r\n\x1a\n" + b"".join(
    struct.pack(">I", len(content))
    + kind
    + content
    + struct.pack(">I", zlib.crc32(kind + content))
    for kind, content in chunks
  )


def png_header(width, height, bits, color_type):
  """Returns the content of the chunk IHDR."""
  return struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)


def tiff_bytes(array, order="<", compression=1, **tags):
  """Returns a TIFF file of one strip.

  Args:
    array: `[height, width]` or `[height, width, channels]`, of any type.
    order: of the bytes, `<` or `>`.
    compression: 1 for none, 8 for zlib's.
    **tags: further ones, `tag_NUMBER=VALUE`.
  """
  height, width = array.shape[:2]
  channels = array.shape[2] if array.ndim == 3 else 1
  data = array.astype(array.dtype.newbyteorder(order)).tobytes()
  data = zlib.compress(data) if compression == 8 else data
  values = {
    256: [width],
    257: [height],
    258: [array.dtype.itemsize * 8] * channels,
    259: [compression],
    262: [2 if channels > 1 else 1],
    277: [channels],
    278: [height],
    279: [len(data)],
  }
  values.update((int(tag[4:]), [value]) for tag, value in tags.items())
  # The strip is behind the directory and the values that it has no room for.
  place = 8 + 2 + 12 * (len(values) + 1) + 4
  long = {tag: each for tag, each in values.items() if len(each) > 2}
  values[273] = [place + sum(2 * len(each) for each in long.values())]
  entries, behind = b"", b""
  for tag, each in sorted(values.items()):
    words = struct.pack(f"{order}{len(each)}H", *each)
    if len(words) > 4:
      words, offset = struct.pack(f"{order}I", place + len(behind)), words
      behind += offset
    entries += struct.pack(f"{order}HHI", tag, 3, len(each)) + words.ljust(
      4, b"\0"
    )
  head = b"II" if order == "<" else b"MM"
  head += struct.pack(f"{order}HIH", 42, 8, len(values))
  return head + entries + bytes(4) + behind + data


def deep_png(levels, transparent=b""):
  """Returns the bytes of a PNG file of 16 bits; Pillow writes no colors so.

  Args:
    levels: uint16 `[height, width]` or `[height, width, 2 or 3]`.
    transparent: content of its tRNS chunk; none where it is empty.
  """
  height, width = levels.shape[:2]
  color_type = {2: 4, 3: 2}[levels.shape[2]] if levels.ndim == 3 else 0
  lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in levels)
  chunks = [(b"IHDR", png_header(width, height, 16, color_type))]
  if transparent:
    chunks.append((b"tRNS", transparent))
  return png_bytes([*chunks, (b"IDAT", zlib.compress(lines)), (b"IEND", b"")])
