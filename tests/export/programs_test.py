"""Programs without this library call an export, each a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.export import consumers
from tests.inference.random_run import SHAPE, make_run
from vae_graph.compat import tf

IS_TF1 = tf.__version__.startswith("1.")
IMAGES = np.random.RandomState(0).rand(3, *SHAPE).astype(np.float32)
NOISE = np.random.RandomState(1).randn(3, 2).astype(np.float32)
REQUESTS = {
  "encode": {"images": IMAGES},
  "score": {"images": IMAGES, "noise": NOISE},
}
EAGER = """
import sys
import numpy as np
import tensorflow as tf
folder, signature, inputs, outputs = sys.argv[1:]
assert tf.executing_eagerly()
with np.load(inputs) as arrays:
  tensors = {name: tf.constant(arrays[name]) for name in arrays}
found = tf.saved_model.load(folder).signatures[signature](**tensors)
np.savez(outputs, **{name: each.numpy() for name, each in found.items()})
"""


class ProgramsTest(parameterized.TestCase):
  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._temporary = tempfile.TemporaryDirectory()
    cls.folder = cls._temporary.name
    logdir = os.path.join(cls.folder, "run")
    make_run(logdir)
    for name in ("saved_model", "frozen"):
      vae_graph.export_model(
        logdir,
        os.path.join(cls.folder, name),
        export_config=vae_graph.ExportConfig(name),
      )
    cls.expected = consumers.frozen(
      os.path.join(cls.folder, "frozen"), REQUESTS
    )

  @classmethod
  def tearDownClass(cls):
    cls._temporary.cleanup()
    super().tearDownClass()

  def setUp(self):
    super().setUp()
    self.scratch = self.enter_context(tempfile.TemporaryDirectory())

  def _path(self, *names):
    return os.path.join(self.folder, *names)

  def _assert_close(self, signature, found):
    expected = self.expected[signature]
    self.assertCountEqual(found, expected)
    for name, value in expected.items():
      np.testing.assert_allclose(found[name], value, rtol=1e-5, atol=1e-5)

  def _run(self, *command):
    return subprocess.run(
      command, capture_output=True, text=True, timeout=300, cwd=self.scratch
    )

  def _assert_runs(self, *command):
    result = self._run(*command)
    self.assertEqual(result.returncode, 0, result.stderr)
    return result

  @absltest.skipIf(IS_TF1, "TensorFlow 2 is eager")
  @parameterized.parameters(*REQUESTS)
  def test_eager_tensorflow(self, signature):
    inputs, outputs = (
      os.path.join(self.scratch, n) for n in ("i.npz", "o.npz")
    )
    np.savez(inputs, **REQUESTS[signature])
    model = self._path("saved_model")
    self._assert_runs(
      sys.executable, "-c", EAGER, model, signature, inputs, outputs
    )
    with np.load(outputs) as arrays:
      self._assert_close(signature, dict(arrays))

  def _run_cli(self, images):
    np.save(os.path.join(self.scratch, "images.npy"), images)
    np.save(os.path.join(self.scratch, "noise.npy"), NOISE)
    cli = os.path.join(os.path.dirname(sys.executable), "saved_model_cli")
    return self._run(
      cli,
      "run",
      f"--dir={self._path('saved_model')}",
      "--tag_set=serve",
      "--signature_def=score",
      "--inputs=images=images.npy;noise=noise.npy",
      "--outdir=.",
    )

  def test_saved_model_cli(self):
    result = self._run_cli(IMAGES)
    self.assertEqual(result.returncode, 0, result.stderr)
    found = {
      name: np.load(os.path.join(self.scratch, f"{name}.npy"))
      for name in self.expected["score"]
    }
    self._assert_close("score", found)

  def test_saved_model_cli_refuses_another_shape(self):
    result = self._run_cli(IMAGES[:, :3])
    self.assertNotEqual(result.returncode, 0)
    self.assertRegex(result.stderr, r"\(3, 3, 5\).*\(\?, 6, 5\)|score/images")

  def test_rows_of_tensorflow_serving(self):
    """What docs/export.md says, done to the signature by hand."""
    rows = [
      {"images": image.tolist(), "noise": noise.tolist()}
      for image, noise in zip(IMAGES, NOISE)
    ]
    request = json.loads(
      json.dumps({"signature_name": "score", "instances": rows})
    )
    name = request["signature_name"]
    signature = consumers.read_manifest(self._path("saved_model"))["signatures"]
    inputs = signature[name]["inputs"]
    for row in request["instances"]:
      self.assertCountEqual(row, inputs)
      for key, value in row.items():
        self.assertEqual([-1, *np.shape(value)], inputs[key]["shape"])
    stacked = {
      key: np.array([row[key] for row in rows], inputs[key]["dtype"])
      for key in inputs
    }
    outputs = consumers.saved_model(self._path("saved_model"), {name: stacked})
    self._assert_close(name, outputs[name])
    for value in outputs[name].values():
      self.assertLen(value, len(rows))  # A prediction for each.

  def _run_c(self, export_format, images):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
      reason = "there is no C compiler; on Debian: apt-get install gcc"
      if os.environ.get("CI") == "true":
        self.fail(reason)
      self.skipTest(reason)
    library = tf.sysconfig.get_lib()
    program = os.path.join(self.scratch, "c_api")
    self._assert_runs(
      compiler,
      os.path.join(os.path.dirname(os.path.abspath(__file__)), "c_api.c"),
      f"-I{tf.sysconfig.get_include()}",
      f"-L{library}",
      "-l:libtensorflow_cc.so.2",
      "-l:libtensorflow_framework.so.2",
      f"-Wl,-rpath,{library}",
      "-Wall",
      "-Werror",
      f"-o{program}",
    )
    path = self._path(export_format)
    if export_format == "frozen":
      path = os.path.join(path, "frozen.pb")
    images.tofile(os.path.join(self.scratch, "images"))
    NOISE.tofile(os.path.join(self.scratch, "noise"))
    sizes = ",".join(map(str, images.shape))
    return self._run(
      *(program, export_format, path, "score/elbo", "elbo"),
      *("score/images", "images", sizes, "score/noise", "noise", "3,2"),
    )

  @absltest.skipIf(IS_TF1, "the wheel of TensorFlow 1.15 has no c_api.h")
  @parameterized.parameters("saved_model", "frozen")
  def test_c_api(self, export_format):
    result = self._run_c(export_format, IMAGES)
    self.assertEqual(result.returncode, 0, result.stderr)
    elbo = np.fromfile(os.path.join(self.scratch, "elbo"), np.float32)
    np.testing.assert_allclose(elbo, self.expected["score"]["elbo"], rtol=1e-5)
    # Six images of half the size have as many pixels.
    result = self._run_c(export_format, IMAGES.reshape([6, 3, 5]))
    self.assertEqual(result.returncode, 1)
    self.assertRegex(result.stderr, r"c_api: error: .*\[6,3,5\].*\[\?,6,5\]")


if __name__ == "__main__":
  absltest.main()
