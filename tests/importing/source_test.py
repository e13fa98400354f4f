import os
import shutil
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.importing import foreign
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.importing import source

ARRAYS = {
  "a/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
  "a/bias": np.ones(3, np.float32),
}
V1 = tf.train.SaverDef.V1


class SourceTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.path = os.path.join(self.folder, "model.ckpt-7")

  def _read(self, path):
    """Reads a weight of a checkpoint, as an import does."""
    found = source.find(path)
    contents = source.read(found, vae_graph.ImportConfig())
    each = contents.weights["a/kernel"]
    tensors = source.read_tensors(found, [each])
    wanted = {"x": (each, (1, 3, 2), np.float32)}
    value = source.values(tensors, wanted)["x"]
    np.testing.assert_array_equal(value, ARRAYS["a/kernel"].reshape(1, 3, 2))
    return found

  def test_files_and_folders(self):
    foreign.write(self.path, ARRAYS)
    for name in (
      "",
      ".index",
      ".meta",
      ".data-00000-of-00001",
      "/../checkpoint",
      "/..",
    ):
      given = os.path.normpath(self.path + name)
      self.assertEqual(self._read(given), self.path, name)
    self.assertCountEqual(
      source.hashes(self.path),
      ["model.ckpt-7.index", "model.ckpt-7.data-00000-of-00001"],
    )

  @parameterized.parameters(False, True)
  def test_the_older_format(self, sharded):
    foreign.write(self.path, ARRAYS, write_version=V1, sharded=sharded)
    names = ["", ".meta"]
    if sharded:
      names += ["-00000-of-00001", "-?????-of-00001"]
    for given in [self.path + name for name in names] + [self.folder]:
      self.assertEqual(self._read(given), self.path, given)
    self.assertLen(source.hashes(self.path), 1)

  @parameterized.parameters({}, dict(write_version=V1))
  def test_a_path_is_no_pattern(self, **saver):
    foreign.write(self.path, ARRAYS, **saver)
    odd = os.path.join(self.folder, "run[1]*")
    os.mkdir(odd)
    for name in os.listdir(self.folder):
      if name.startswith("model"):
        shutil.move(os.path.join(self.folder, name), odd)
    self._read(os.path.join(odd, "model.ckpt-7"))

  def test_a_saved_model(self):
    folder = os.path.join(self.folder, "variables")
    foreign.write(os.path.join(folder, "variables"), ARRAYS)
    os.remove(os.path.join(folder, "checkpoint"))
    self.assertEqual(self._read(self.folder), os.path.join(folder, "variables"))

  def test_what_is_none(self):
    for pattern, path in (
      ("holds no checkpoint; name the folder", self.folder),
      ("model.ckpt-7 cannot be read.*index is missing", self.path),
      ("is a file of Keras, expected", "weights.h5"),
      ("gs:// is not supported", "gs://bucket/model.ckpt"),
    ):
      with self.assertRaisesRegex(errors.VaeGraphError, pattern):
        self._read(path)

  @parameterized.parameters({}, dict(write_version=V1))
  def test_a_damaged_one(self, **saver):
    foreign.write(self.path, ARRAYS, **saver)
    for name in os.listdir(self.folder):
      if name.startswith("model.ckpt-7") and not name.endswith(".meta"):
        path = os.path.join(self.folder, name)
        os.truncate(path, os.path.getsize(path) // 2)
    with self.assertRaisesRegex(
      errors.UnreadableCheckpointError, "^[^\n]*cannot be read[^\n]*$"
    ):
      self._read(self.path)


if __name__ == "__main__":
  absltest.main()
