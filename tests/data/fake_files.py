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


def deep_png(levels, transparent=b""):
  """Returns the bytes of a PNG file of 16 bits; Pillow writes no colors so.

  Args:
    levels: uint16 `[height, width]` or `[height, width, 3]`.
    transparent: content of its tRNS chunk; none where it is empty.
  """
  height, width = levels.shape[:2]
  color_type = 2 if levels.ndim == 3 else 0
  lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in levels)
  chunks = [(b"IHDR", png_header(width, height, 16, color_type))]
  if transparent:
    chunks.append((b"tRNS", transparent))
  return png_bytes([*chunks, (b"IDAT", zlib.compress(lines)), (b"IEND", b"")])
