"""CIFAR-10: 32 x 32 color images in ten classes, in the binary version.

Six files of records, each of 3,073 bytes: the label, then the red, the green
and the blue plane of the image, row by row. The version for Python is a pickle,
which could execute anything, so it is not read.

References:
  Alex Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
  2009; https://www.cs.toronto.edu/~kriz/cifar.html.
"""

import os
import tarfile

import numpy as np

from vae_graph import files
from vae_graph.data import dataset, download, idx
from vae_graph.data.pixels import bad_data

_TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
_TEST_FILES = ("test_batch.bin",)
_FILES = _TRAIN_FILES + _TEST_FILES
_NAMES_FILE = "batches.meta.txt"

_FOLDER = "cifar-10-batches-bin"  # Also the one in the archive.
_ARCHIVE = "cifar-10-binary.tar.gz"
_URLS = (f"https://www.cs.toronto.edu/~kriz/{_ARCHIVE}",)
_ARCHIVE_SHA256 = (
  "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
)

_SIZE = 32
_CHANNELS = 3
# As the file of names has them, which is not needed.
_CLASS_NAMES = (
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
)
_RECORD_BYTES = 1 + _CHANNELS * _SIZE * _SIZE
# More than any file has: 30,730,000 bytes. A damaged archive may claim more.
_MOST_BYTES = 2**26
# More than the whole archive has, decompressed.
_MOST_ARCHIVE_BYTES = 2**28
_CHUNK_BYTES = 2**20


def load_cifar10(config):
  """Loads CIFAR-10.

  The six files, or the archive of them, are taken from `config.data_dir` or its
  subfolder `cifar-10-batches-bin`, where they may be cut to any number of
  records, else from the cache, else from the network. The archive is read as it
  is; nothing is unpacked to the disk.

  Args:
    config: a `DataConfig`.

  Returns:
    A `Dataset` of 50,000 and 10,000 images, uint8 `[n, 32, 32, 3]`, with int32
    labels, or as in `data_dir`.

  Raises:
    DataError: a file is missing or damaged.
    DownloadError: the archive could not be downloaded.
  """
  contents = _read_contents(config)
  train, test = (
    _join([_parse(*contents[name]) for name in names])
    for names in (_TRAIN_FILES, _TEST_FILES)
  )
  return dataset.Dataset(
    train=train, test=test, class_names=_class_names(contents)
  )


def _read_contents(config):
  """Returns a dict from each of `_FILES` to its path and its bytes.

  The file of names is in it too, where there is one.
  """
  if config.data_dir:
    contents = _find(config.data_dir)
    if contents is None:
      raise download.missing_files(config.data_dir, _missing(config.data_dir))
    return contents
  folder = os.path.join(download.cache_folder(config), "cifar10")
  contents = _find(folder)
  if contents is None:
    path = os.path.join(folder, _ARCHIVE)
    download.download(_URLS, _ARCHIVE_SHA256, path=path, hash_as_sent=True)
    contents = _read_archive(path)
  return contents


def _find(folder):
  """Returns the contents if the files or the archive are in `folder`."""
  for place in (folder, os.path.join(folder, _FOLDER)):
    paths = {name: os.path.join(place, name) for name in _FILES}
    if all(os.path.isfile(path) for path in paths.values()):
      names_path = os.path.join(place, _NAMES_FILE)
      if os.path.isfile(names_path):
        paths[_NAMES_FILE] = names_path
      return {name: (path, _read_file(path)) for name, path in paths.items()}
  archive = os.path.join(folder, _ARCHIVE)
  return _read_archive(archive) if os.path.isfile(archive) else None


def _missing(folder):
  """Returns what would have to be added to `folder`, in words."""
  names = min(
    (
      [name for name in _FILES if not os.path.isfile(os.path.join(place, name))]
      for place in (folder, os.path.join(folder, _FOLDER))
    ),
    key=len,
  )
  return f"{', '.join(names)} of the binary version, or {_ARCHIVE}"


def _read_file(path):
  try:
    return files.read_file(path, most_bytes=_MOST_BYTES)
  except OSError as error:
    raise _damaged(path, f"an unreadable file ({error.strerror})") from error


def _read_archive(path):
  """Returns the contents of the archive, of which no other files are looked at.

  Nothing is written, so neither names nor links in it can do any harm.
  """
  wanted = {f"{_FOLDER}/{name}": name for name in (*_FILES, _NAMES_FILE)}
  contents = {}
  try:
    with files.open_file(path) as file:
      stream = _Bounded(idx.decompressed(file), _MOST_ARCHIVE_BYTES)
      # "r|": in one go, because going back in a gzip file means starting again.
      with tarfile.open(fileobj=stream, mode="r|", bufsize=_CHUNK_BYTES) as tar:
        for member in tar:
          name = wanted.get(member.name)
          if name and member.isfile() and member.size <= _MOST_BYTES:
            content = tar.extractfile(member).read()
            contents[name] = (f"{path}:{member.name}", content)
      # To its end, where gzip's checksum is.
      while not stream.has_ended:
        stream.read(_CHUNK_BYTES)
  except Exception as error:  # A damaged archive can raise almost anything.
    reason = " ".join(str(error).split()) or type(error).__name__
    raise _damaged(path, f"an unreadable archive ({reason})") from error
  missing = [name for name in _FILES if name not in contents]
  if missing:
    raise _damaged(path, f"an archive without {', '.join(missing)}")
  return contents


class _Bounded:
  """A stream that raises an OSError where it is too long, or read on and on.

  tarfile passes over a member by reading, to any end that its header claims.
  """

  def __init__(self, stream, most_bytes):
    self._stream = stream
    self._left = most_bytes
    self.has_ended = False

  def read(self, size):
    if self.has_ended:
      raise OSError("it ends too early")
    content = self._stream.read(size)
    self._left -= len(content)
    if self._left < 0:
      raise OSError("it is larger than CIFAR-10")
    self.has_ended = not content
    return content


def _parse(path, content):
  """Returns the `Split` in one file's content."""
  count, rest = divmod(len(content), _RECORD_BYTES)
  if rest or not count:
    raise _damaged(path, f"{len(content):,} bytes")
  records = np.frombuffer(content, np.uint8).reshape(count, _RECORD_BYTES)
  labels = records[:, 0].astype(np.int32)
  if labels.max() >= len(_CLASS_NAMES):
    index = int(np.argmax(labels >= len(_CLASS_NAMES)))
    raise _damaged(path, f"label {labels[index]} in record {index:,}")
  planes = records[:, 1:].reshape(count, _CHANNELS, _SIZE, _SIZE)
  return dataset.Split(images=planes.transpose(0, 2, 3, 1), labels=labels)


def _class_names(contents):
  """Returns the names of the classes, those of the file if it has ten."""
  _, content = contents.get(_NAMES_FILE, ("", b""))
  lines = content.decode("utf-8", "replace").splitlines()
  names = tuple(line.strip() for line in lines if line.strip())
  return names if len(names) == len(_CLASS_NAMES) else _CLASS_NAMES


def _join(splits):
  images = np.concatenate([split.images for split in splits])
  return dataset.Split(
    # Transposing left the planes as they were; now they become pixels.
    images=np.ascontiguousarray(images),
    labels=np.concatenate([split.labels for split in splits]),
  )


def _damaged(path, found):
  return bad_data(
    path,
    found,
    f"whole records of {_RECORD_BYTES:,} bytes, each a label of 0 to 9 and a"
    " 32x32 image",
    "put an intact copy in its place, or delete it if it is in the cache",
  )
