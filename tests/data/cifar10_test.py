import functools
import gzip
import hashlib
import http.server
import io
import os
import tarfile
import tempfile
import threading
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from tests.data import fake_files
from vae_graph import config, errors
from vae_graph.data import cifar10, dataset

_NAMES = tuple(f"data_batch_{n}.bin" for n in range(1, 6)) + ("test_batch.bin",)
_FOLDER = "cifar-10-batches-bin"
_ARCHIVE = "cifar-10-binary.tar.gz"
# Records in each of `_NAMES`.
_COUNTS = (3, 1, 2, 1, 2, 4)


def _records(seed, count):
  """Returns images `[count, 32, 32, 3]`, labels, and their file's bytes."""
  random = np.random.RandomState(seed)
  images = random.randint(0, 256, (count, 32, 32, 3)).astype(np.uint8)
  labels = random.randint(0, 10, count)
  content = b""
  for image, label in zip(images, labels):
    content += bytes([label])
    for channel in range(3):
      # Row by row, as the format's description says.
      for row in image[:, :, channel]:
        content += bytes(row.tolist())
  return images, labels, content


def _contents():
  return {
    name: _records(seed, count)[2]
    for seed, (name, count) in enumerate(zip(_NAMES, _COUNTS))
  }


def _archive(members):
  """Returns a .tar.gz of a dict from names to bytes, or to a TarInfo."""
  stream = io.BytesIO()
  with tarfile.open(fileobj=stream, mode="w:gz") as tar:
    for name, content in members.items():
      info = content
      if isinstance(content, bytes):
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
      else:
        tar.addfile(info)
  return stream.getvalue()


def _official_archive():
  members = {f"{_FOLDER}/readme.html": b"<html>"}
  members.update(
    (f"{_FOLDER}/{name}", content) for name, content in _contents().items()
  )
  return _archive(members)


class Cifar10Test(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)

  def _load(self, **settings):
    settings = settings or dict(data_dir=self.folder)
    return dataset.load_dataset(
      config.DataConfig(dataset="cifar10", **settings)
    )

  def _write(self, folder="", **changed):
    """Writes all files; a keyword argument replaces one, None leaves it out."""
    contents = _contents()
    contents.update((f"{name}.bin", value) for name, value in changed.items())
    for name, content in contents.items():
      if content is not None:
        fake_files.write(os.path.join(self.folder, folder), name, content)

  def _assert_is_all_of_it(self, loaded):
    parts = [_records(seed, count) for seed, count in enumerate(_COUNTS)]
    for split, chosen in ((loaded.train, parts[:5]), (loaded.test, parts[5:])):
      images, labels, _ = zip(*chosen)
      np.testing.assert_array_equal(split.images, np.concatenate(images))
      np.testing.assert_array_equal(split.labels, np.concatenate(labels))
      self.assertEqual(split.images.dtype, np.uint8)
      self.assertEqual(split.labels.dtype, np.int32)
      self.assertTrue(split.images.flags.c_contiguous)
    self.assertEqual(loaded.image_shape, (32, 32, 3))

  def _assert_damaged(self, message, **settings):
    with self.assertRaisesRegex(errors.DataError, message) as caught:
      self._load(**settings)
    self.assertNotIn("\n", str(caught.exception))
    self.assertIn("; ", str(caught.exception))

  @parameterized.parameters("", _FOLDER)
  def test_files_in_data_dir_or_its_subfolder(self, folder):
    self._write(folder)
    self._assert_is_all_of_it(self._load())

  def test_archive_in_data_dir_is_read_and_not_unpacked(self):
    fake_files.write(self.folder, _ARCHIVE, _official_archive())
    self._assert_is_all_of_it(self._load())
    self.assertEqual(os.listdir(self.folder), [_ARCHIVE])

  def test_class_names_are_those_of_the_file_where_there_are_ten(self):
    known = self._names_beside(None)
    self.assertEqual((known[0], known[9]), ("airplane", "truck"))
    renamed = [name.upper() for name in known]
    content = "\n".join(renamed + ["", ""]).encode()
    self.assertEqual(self._names_beside(content), tuple(renamed))
    self.assertEqual(self._names_beside(b"cats\ndogs\n\xff"), known)

  def _names_beside(self, content):
    """Returns the names where the file of names is this; checks the archive."""
    name = f"{_FOLDER}/batches.meta.txt"
    self._write(_FOLDER)
    if content is not None:
      fake_files.write(self.folder, name, content)
    names = self._load().class_names
    members = {f"{_FOLDER}/{each}": it for each, it in _contents().items()}
    members.update({} if content is None else {name: content})
    with tempfile.TemporaryDirectory() as folder:
      fake_files.write(folder, _ARCHIVE, _archive(members))
      self.assertEqual(self._load(data_dir=folder).class_names, names)
    return names

  def test_cache(self):
    self._write(os.path.join("cifar10", _FOLDER))
    self._assert_is_all_of_it(self._load(cache_dir=self.folder))

  def test_missing_files_are_named(self):
    self._write(_FOLDER, data_batch_2=None, test_batch=None)
    self._assert_damaged(
      f"^{self.folder}: found {_FOLDER}, expected also data_batch_2.bin,"
      f" test_batch.bin of the binary version, or {_ARCHIVE}; "
    )

  def test_the_pickled_version_is_not_read(self):
    for name in _NAMES:
      fake_files.write(self.folder, name[:-4], b"cos\nsystem\n(S'false'\ntR.")
    self._assert_damaged("found data_batch_1, .* of the binary version")

  def test_no_such_folder(self):
    self._assert_damaged("no readable folder", data_dir=self.folder + "/none")

  @parameterized.parameters(
    (_records(1, 2)[2][:-1], r"data_batch_2\.bin: found 6,145 bytes, "),
    (b"", r"data_batch_2\.bin: found 0 bytes, expected whole records"),
    (
      _records(1, 2)[2] + b"\x0a" + bytes(3072) + b"\xff" + bytes(3072),
      r"data_batch_2\.bin: found label 10 in record 2, ",
    ),
  )
  def test_damaged_file(self, content, message):
    self._write(data_batch_2=content)
    self._assert_damaged(message)

  @parameterized.parameters(40, 5000, -4)
  def test_archive_that_is_cut_off(self, end):
    fake_files.write(self.folder, _ARCHIVE, _official_archive()[:end])
    self._assert_damaged(f"{_ARCHIVE}: found an unreadable archive")

  def test_archive_with_a_flipped_bit_at_its_checksum(self):
    content = bytearray(_official_archive())
    content[-6] ^= 1
    fake_files.write(self.folder, _ARCHIVE, bytes(content))
    self._assert_damaged("unreadable archive .*CRC")

  def test_what_is_no_archive(self):
    for content in (b"<html>not found</html>" * 100, gzip.compress(b"x" * 999)):
      fake_files.write(self.folder, _ARCHIVE, content)
      self._assert_damaged(f"{_ARCHIVE}: found an ")

  def test_archive_that_never_ends_takes_no_memory(self):
    endless = gzip.compress(bytes(2**26)) * 5
    for name, kind in (
      ("a", tarfile.REGTYPE),
      ("long", tarfile.GNUTYPE_LONGNAME),
    ):
      info = tarfile.TarInfo(name)
      info.type, info.size = kind, 2**33
      header = gzip.compress(info.tobuf(tarfile.GNU_FORMAT))
      fake_files.write(self.folder, _ARCHIVE, header + endless)
      with fake_files.memory_of_at_most(self, 2**29):
        self._assert_damaged("unreadable archive .it is larger than CIFAR-10")

  def test_archive_that_claims_what_it_lacks_ends(self):
    info = tarfile.TarInfo("a")
    info.size = 2**60
    header = info.tobuf(tarfile.PAX_FORMAT)
    fake_files.write(self.folder, _ARCHIVE, gzip.compress(header + bytes(1024)))
    self._assert_damaged("unreadable archive .it ends too early")

  def test_file_larger_than_any_is_not_read(self):
    self._write()
    fake_files.sparse_file(self.folder, "data_batch_1.bin", 2**40)
    with fake_files.memory_of_at_most(self, 2**22):
      self._assert_damaged("data_batch_1.*It has 1,099,511,627,776 bytes")

  @parameterized.parameters(
    (tarfile.SYMTYPE, "/etc/passwd"),
    (tarfile.LNKTYPE, "../../evil"),
    (tarfile.CHRTYPE, ""),
    (tarfile.FIFOTYPE, ""),
    (tarfile.DIRTYPE, ""),
  )
  def test_archive_members_that_are_no_files_are_refused(self, kind, target):
    members = {f"{_FOLDER}/{n}": content for n, content in _contents().items()}
    info = tarfile.TarInfo(f"{_FOLDER}/test_batch.bin")
    info.type, info.linkname = kind, target
    members[info.name] = info
    fake_files.write(self.folder, _ARCHIVE, _archive(members))
    self._assert_damaged("an archive without test_batch.bin")
    self.assertEqual(os.listdir(self.folder), [_ARCHIVE])

  def test_archive_members_that_are_not_wanted_do_nothing(self):
    contents = _contents()
    link = tarfile.TarInfo(f"{_FOLDER}/test_batch.bin")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    evil = os.path.join(self.folder, "evil")
    members = {f"../{name}": content for name, content in contents.items()}
    members.update((name, b"evil") for name in (evil, f"{_FOLDER}/../../evil"))
    members["link"] = link
    for name in _NAMES[:-1]:
      members[f"{_FOLDER}/{name}"] = contents[name]
    place = os.path.join(self.folder, "in")
    fake_files.write(place, _ARCHIVE, _archive(members))
    self._assert_damaged("an archive without test_batch.bin", data_dir=place)
    self.assertEqual(os.listdir(self.folder), ["in"])
    self.assertEqual(os.listdir(place), [_ARCHIVE])

  def test_damage_in_an_archive_is_told_with_the_members_name(self):
    contents = {f"{_FOLDER}/{n}": content for n, content in _contents().items()}
    contents[f"{_FOLDER}/data_batch_3.bin"] += b"1"
    fake_files.write(self.folder, _ARCHIVE, _archive(contents))
    self._assert_damaged(
      rf"{_ARCHIVE}:{_FOLDER}/data_batch_3\.bin: found 6,147"
    )


class DownloadTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.served = fake_files.temporary_folder(self)
    self.cache = fake_files.temporary_folder(self)
    self.body = _official_archive()
    fake_files.write(self.served, _ARCHIVE, self.body)
    handler = functools.partial(_Quiet, directory=self.served)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    self.addCleanup(thread.join)
    self.addCleanup(server.server_close)
    self.addCleanup(server.shutdown)
    url = f"http://127.0.0.1:{server.server_address[1]}/{_ARCHIVE}"
    for patch in (
      mock.patch.object(cifar10, "_URLS", (url,)),
      mock.patch.object(
        cifar10, "_ARCHIVE_SHA256", hashlib.sha256(self.body).hexdigest()
      ),
      mock.patch.dict(os.environ, {"no_proxy": "127.0.0.1"}),
      mock.patch("time.sleep"),
    ):
      patch.start()
      self.addCleanup(patch.stop)
    self.config = config.DataConfig(dataset="cifar10", cache_dir=self.cache)

  def test_is_downloaded_once(self):
    first = dataset.load_dataset(self.config)
    os.remove(os.path.join(self.served, _ARCHIVE))
    second = dataset.load_dataset(self.config)
    self.assertLen(first.train.images, sum(_COUNTS[:5]))
    np.testing.assert_array_equal(first.test.images, second.test.images)
    folder = os.path.join(self.cache, "cifar10")
    self.assertEqual(os.listdir(folder), [_ARCHIVE])

  def test_hash_is_that_of_the_archive_as_it_is_sent(self):
    # The same content, compressed in another way.
    other = gzip.compress(gzip.decompress(self.body), compresslevel=1)
    fake_files.write(self.served, _ARCHIVE, other)
    with self.assertRaisesRegex(errors.DownloadError, "SHA-256"):
      dataset.load_dataset(self.config)
    self.assertEqual(os.listdir(self.cache), [])


class _Quiet(http.server.SimpleHTTPRequestHandler):
  def log_message(self, *unused_args):
    pass


class FullSizeTest(absltest.TestCase):
  def test_images_are_images(self):
    root = os.environ.get("VAE_GRAPH_DATA", "")
    folder = os.path.join(root, "cifar10")
    if not root or not os.path.isdir(folder):
      self.skipTest("VAE_GRAPH_DATA does not name a folder with cifar10/")
    loaded = dataset.load_dataset(
      config.DataConfig(dataset="cifar10", data_dir=folder)
    )
    self.assertEqual(set(loaded.train.labels), set(range(10)))
    images = loaded.test.images[:500].astype(float)
    # Neighbors are alike, in every direction and color; a wrong order of the
    # bytes makes them differ as strangers do.
    strangers = np.abs(images - images[::-1]).mean()
    for axis in (1, 2, 3):
      self.assertLess(np.abs(np.diff(images, axis=axis)).mean(), strangers / 2)


if __name__ == "__main__":
  absltest.main()
