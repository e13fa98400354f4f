"""Files of arrays: IDX, CIFAR-10 and .npz."""

import gzip
import io
import os
import struct
import tarfile
import zipfile

import numpy as np
from absl.testing import absltest
from hypothesis import strategies as st

from tests.data import fake_files
from tests.fuzz import fuzzing
from vae_graph import config
from vae_graph.data import dataset, idx
from vae_graph.data.array_files import read_arrays

_RANDOM = np.random.RandomState(0)
_IMAGES = _RANDOM.randint(256, size=(4, 3, 2)).astype(np.uint8)
_LABELS = np.array([0, 3, 9, 1], np.uint8)
_IDX = [fake_files.idx_bytes(_IMAGES), fake_files.idx_bytes(_LABELS)]

_RECORDS = b"".join(bytes([label]) + _RANDOM.bytes(3072) for label in range(2))
_CIFAR_NAMES = [f"data_batch_{n}.bin" for n in range(1, 6)] + ["test_batch.bin"]
_ARCHIVE = "cifar-10-binary.tar.gz"


def _npz(save, **arrays):
  stream = io.BytesIO()
  save(stream, **arrays)
  return stream.getvalue()


_NPZ = [
  _npz(save, x_train=images, y_train=_LABELS.astype(np.int64))
  for save in (np.savez, np.savez_compressed)
  for images in (_IMAGES, (_IMAGES / 255).astype(np.float32))
]
_WHOLE_NPY = _npz(np.save, arr=_IMAGES)


def _all(shapes):
  return {name: name for name in shapes}


def _npy(version, descr, shape, fortran_order, data):
  """Returns the bytes of a .npy file that says what it likes."""
  header = (
    repr(
      {"descr": descr, "fortran_order": fortran_order, "shape": shape}
    ).encode("latin1")
    + b"\n"
  )
  length = struct.pack("<H" if version[0] == 1 else "<I", len(header))
  return b"\x93NUMPY" + bytes(version) + length + header + data


_SIZES = st.one_of(st.integers(0, 5), st.sampled_from(fuzzing.EXTREMES))
_NPY = st.builds(
  _npy,
  st.sampled_from(((1, 0), (2, 0), (3, 0), (9, 9))),
  st.one_of(
    st.sampled_from(
      ("|u1", "<f4", ">f8", "<f2", "|b1", "<i8", ">u8", "<c8", "|O", "|V0")
      + ("|S0", "<U3", "<M8[s]", "|V9999999999", "(2,3)<f4", "", "x")
    ),
    st.just([("a", "<f4"), ("b", "|O")]),
    st.none(),
  ),
  st.lists(_SIZES, max_size=5).map(tuple),
  st.sampled_from((False, True, None)),
  st.binary(max_size=60),
)


def _zip(compression, members):
  stream = io.BytesIO()
  with zipfile.ZipFile(stream, "w", compression) as archive:
    for name, content in members.items():
      archive.writestr(name, content)
  return stream.getvalue()


_MEMBER_NAMES = st.sampled_from(
  ("x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy", "x_train", "é")
)
_ZIPS = st.builds(
  _zip,
  st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA)),
  st.dictionaries(_MEMBER_NAMES, _NPY, min_size=1, max_size=3),
)


def _member(name, kind, size, link, headers):
  info = tarfile.TarInfo(name)
  info.type, info.linkname, info.pax_headers = kind, link, headers
  info.size = size
  return info


_MEMBER_TEXTS = st.one_of(
  st.sampled_from(_CIFAR_NAMES).map("cifar-10-batches-bin/{}".format),
  st.sampled_from(("../evil", "/evil", "cifar-10-batches-bin/../../evil")),
  st.text(max_size=9),
)
_MEMBERS = st.builds(
  _member,
  _MEMBER_TEXTS,
  st.one_of(
    st.just(tarfile.REGTYPE),
    st.integers(0, 255).map(lambda code: bytes([code])),
    st.sampled_from(b"1234567LKSxXg").map(lambda code: bytes([code])),
  ),
  st.sampled_from((0, 1, 512, len(_RECORDS), 2**26, 2**33, 2**60)),
  _MEMBER_TEXTS,
  st.dictionaries(
    st.sampled_from(("size", "path", "GNU.sparse.size", "GNU.sparse.map", "a")),
    st.sampled_from(("-1", "0", "9" * 30, "x", "0,1,2", "0,512", "é")),
    max_size=2,
  ),
)


def _tar(members, whole):
  """Returns a tar file of members that all have the same content."""
  stream = io.BytesIO()
  for info in members:
    try:
      header = info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    except ValueError:
      continue
    stream.write(header)
    stream.write(_RECORDS + bytes(-len(_RECORDS) % 512))
  if whole:
    stream.write(bytes(1024))
  return stream.getvalue()


_TARS = st.builds(_tar, st.lists(_MEMBERS, max_size=7), st.booleans())
_WHOLE_TAR = _tar(
  [
    _member(
      f"cifar-10-batches-bin/{name}", tarfile.REGTYPE, len(_RECORDS), "", {}
    )
    for name in _CIFAR_NAMES
  ],
  True,
)


class ArraysTest(fuzzing.FuzzTestCase):
  def _load(self, name, data_dir):
    return self.attempt(
      dataset.load_dataset, config.DataConfig(dataset=name, data_dir=data_dir)
    )

  def _assert_is_dataset(self, loaded):
    for images, labels in loaded or ():
      self.assertIn(images.dtype, (np.uint8, np.float32))
      self.assertGreater(images.size, 0)
      if labels is not None:
        self.assertEqual(labels.dtype, np.int32)
        self.assertEqual(labels.shape, images.shape[:1])

  @fuzzing.inputs(content=fuzzing.files(*_IDX))
  def test_idx(self, content):
    path = self.write("idx", content)
    for read in (idx.read_images, idx.read_labels):
      array = self.attempt(read, path)
      if array is not None:
        self.assertEqual(array.dtype, np.uint8)
        self.assertLess(array.size, len(content))

  @fuzzing.inputs(
    content=st.one_of(
      fuzzing.files(*_IDX).map(gzip.compress),
      fuzzing.files(*map(gzip.compress, _IDX)),
    )
  )
  def test_idx_in_gzip(self, content):
    path = self.write("idx.gz", content)
    for read in (idx.read_images, idx.read_labels):
      self.attempt(read, path)

  @fuzzing.inputs(
    contents=st.fixed_dictionaries(
      {
        name: fuzzing.files(content)
        for name, content in zip(fake_files.MNIST_FILES, _IDX + _IDX)
      }
    )
  )
  def test_mnist(self, contents):
    for name, content in contents.items():
      self.write(name, content)
    self._assert_is_dataset(self._load("mnist", self.folder))

  @fuzzing.inputs(
    content=fuzzing.files(_RECORDS), name=st.sampled_from(_CIFAR_NAMES)
  )
  def test_cifar10(self, content, name):
    for each in _CIFAR_NAMES:
      self.write(each, _RECORDS)
    self.write(name, content)
    self._assert_is_dataset(self._load("cifar10", self.folder))

  @fuzzing.inputs(
    content=st.one_of(
      _TARS,
      fuzzing.files(_WHOLE_TAR),
      st.one_of(_TARS, fuzzing.files(_WHOLE_TAR)).map(gzip.compress),
      fuzzing.files(gzip.compress(_WHOLE_TAR)),
    )
  )
  def test_cifar10_archive(self, content):
    place = os.path.join(self.folder, "in")
    fake_files.write(place, _ARCHIVE, content)
    self._assert_is_dataset(self._load("cifar10", place))
    self.assertEqual(os.listdir(self.folder), ["in"])
    self.assertEqual(os.listdir(place), [_ARCHIVE])

  @fuzzing.inputs(
    content=st.one_of(_ZIPS, fuzzing.files(*_NPZ, _WHOLE_NPY), _NPY)
  )
  def test_npz(self, content):
    path = self.write("file.npz", content)
    self._assert_is_dataset(self._load("npz", path))
    self.attempt(read_arrays, path, _all, expected="")


if __name__ == "__main__":
  absltest.main()
