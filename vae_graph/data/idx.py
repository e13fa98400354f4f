"""Reads IDX files, the format of MNIST, plain or compressed by gzip.

An IDX file is a big-endian header (a magic number that tells type and rank,
then one 32-bit size per dimension) followed by the bytes of one array.
"""

import gzip
import struct
import zlib

import numpy as np

from vae_graph import errors, files
from vae_graph.data.pixels import bad_data

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK_BYTES = 2**20
# Of the magic number.
_TYPES = {0x8: "u1", 0xC: ">i4"}

# What reading a damaged file may raise: OSError for a bad header or checksum,
# EOFError for a truncated one, zlib.error for a broken stream.
READ_ERRORS = (OSError, EOFError, zlib.error)


def read_images(path):
  """Reads a file of images.

  Args:
    path: an IDX file of magic number 0x803, gzip or not.

  Returns:
    uint8 `[n, height, width]`.

  Raises:
    DataError: the file is missing, damaged or not what it should be.
  """
  return _read(path, (0x803,))


def read_labels(path):
  """Reads a file of labels.

  Args:
    path: an IDX file of magic number 0x801, or of QMNIST's 0xc02, whose first
      column is taken; gzip or not.

  Returns:
    uint8 or int32 `[n]`.

  Raises:
    DataError: the file is missing, damaged or not what it should be.
  """
  labels = _read(path, (0x801, 0xC02))
  if labels.ndim == 1:
    return labels
  if not labels.shape[1]:
    raise _damaged(path, f"labels of shape {labels.shape}", "a column or more")
  return labels[:, 0].astype(np.int32)


def decompressed(stream):
  """Returns a stream of the content, decompressed if it is gzip.

  The first bytes decide, not the name, because some mirrors and browsers
  decompress a file and leave it its name.

  Args:
    stream: a seekable binary file object at its start.

  Returns:
    A binary file object. Reading it may raise any of `READ_ERRORS`.
  """
  is_gzip = stream.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
  stream.seek(0)
  return gzip.GzipFile(fileobj=stream, mode="rb") if is_gzip else stream


def _read(path, magics):
  """Returns the array in a file of a magic number, or raises a DataError.

  Memory is bounded by the file: a header that claims more than it can hold is
  refused before anything is allocated, and nothing is read beyond the claim.
  """
  numbers = errors.either([f"{magic:#x}" for magic in magics])
  expected = f"an IDX file with magic number {numbers}"
  try:
    with files.open_file(path) as file:
      stream = decompressed(file)
      start = stream.read(4)
      magic = int.from_bytes(start, "big")
      if len(start) == 4 and magic not in magics:
        raise _damaged(path, f"magic number {magic:#x}", expected)
      # Its last byte tells the rank, the one before the type.
      rank = magic % 256
      header = stream.read(4 * rank)
      if len(start) + len(header) < 4 + 4 * rank:
        found = f"only {len(start) + len(header)} bytes"
        raise _damaged(path, found, expected)
      shape = list(struct.unpack(f">{rank}I", header))
      dtype = np.dtype(_TYPES[magic // 256])
      size = dtype.itemsize
      for length in shape:
        size *= length  # A Python integer: it cannot overflow.
      most = files.file_size(file)
      if stream is not file:
        most *= files.MOST_EXPANSION
      if size > most:
        raise _damaged(
          path,
          f"a header that claims {size} bytes, shape {shape}",
          f"at most the {most} that such a file can hold",
        )
      content = _read_up_to(stream, size + 1)
  except READ_ERRORS as error:
    raise _damaged(path, f"an unreadable file ({error})", expected) from error
  if len(content) != size:
    found = "more" if len(content) > size else f"{len(content)} bytes"
    raise _damaged(
      path, f"{found} after the header", f"{size} bytes for shape {shape}"
    )
  return np.frombuffer(content, dtype).reshape(shape)


def _read_up_to(stream, limit):
  """Returns at most `limit` bytes, never claiming memory ahead of the data.

  Reading beyond the array's end also makes gzip verify its checksum.
  """
  content = bytearray()
  while len(content) < limit:
    chunk = stream.read(min(_CHUNK_BYTES, limit - len(content)))
    if not chunk:
      break
    content += chunk
  return content


def _damaged(path, found, expected):
  return bad_data(
    path,
    found,
    expected,
    "put an intact copy in its place, or delete it if it is in the cache",
  )
