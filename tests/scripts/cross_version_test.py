"""Runs that move between two TensorFlows, by the same command.

The environment variable VAE_GRAPH_OTHER_PYTHON names the interpreter of the
other TensorFlow, as `make test-cross` does.
"""

import json
import os
import pickle
import subprocess
import sys
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests import original_script
from tests.export import consumers
from tests.scripts.binary import SMALL, environment, run_process
from vae_graph.compat import tf, versions

OTHER = os.environ.get("VAE_GRAPH_OTHER_PYTHON")


@absltest.skipUnless(OTHER, "VAE_GRAPH_OTHER_PYTHON names no interpreter")
class CrossVersionTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())

  def _run(self, name, python, steps):
    logdir = os.path.join(self.folder, name)
    result = run_process(
      *SMALL, f"--logdir={logdir}", f"--train_steps={steps}", python=python
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    with open(os.path.join(logdir, "config.json"), encoding="utf-8") as file:
      return logdir, json.load(file)["versions"]["tensorflow"]

  @parameterized.named_parameters(
    ("to_the_other", None, OTHER), ("from_the_other", OTHER, None)
  )
  def test_a_run_goes_on(self, first, second):
    _, first_version = self._run("run", first, 100)
    logdir, second_version = self._run("run", second, 150)
    self.assertNotEqual(first_version, second_version)
    whole, _ = self._run("whole", first, 150)
    moved, alone = map(self._variables, (logdir, whole))
    self.assertEqual(moved.keys(), alone.keys())
    self.assertEqual(moved["global_step"], 150)
    for name, value in alone.items():
      # The same batches and the same noise; only rounding differs.
      np.testing.assert_allclose(
        moved[name], value, rtol=0.1, atol=0.05, err_msg=name
      )

  def _variables(self, logdir):
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(logdir))
    names = reader.get_variable_to_shape_map()
    return {name: reader.get_tensor(name) for name in names}

  @parameterized.product(
    export_format=("saved_model", "frozen", "metagraph"),
    to_the_other=(False, True),
  )
  def test_an_export_is_loaded(self, export_format, to_the_other):
    python = None if to_the_other else OTHER
    logdir, _ = self._run("run", python, 20)
    export_dir = os.path.join(self.folder, export_format)
    result = run_process(
      f"--logdir={logdir}",
      f"--export_dir={export_dir}",
      f"--format={export_format}",
      "--target_tf=1.15",
      binary="scripts.export",
      python=python,
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    random = np.random.RandomState(0)
    requests = {
      "score": {
        "images": random.rand(3, 28, 28).astype(np.float32),
        "noise": random.randn(3, 2).astype(np.float32),
      }
    }
    if export_format == "saved_model":
      requests["sample_seeded"] = {"count": np.int32(3), "seed": np.int64(4)}
    here = getattr(consumers, export_format)(export_dir, requests)
    there = self._call_there(export_format, export_dir, requests)
    for signature, outputs in here.items():
      for name, value in outputs.items():
        np.testing.assert_allclose(
          there[f"{signature}/{name}"],
          value,
          rtol=1e-5,
          atol=1e-3 if signature == "score" else 1e-5,
          err_msg=f"{signature}/{name}",
        )

  def test_a_checkpoints_graph_is_loaded(self):
    for name, python in (("this", None), ("other", OTHER)):
      logdir, _ = self._run(name, python, 20)
      checkpoint = tf.train.latest_checkpoint(logdir)
      code = (
        "import sys\n"
        "import numpy as np\n"
        "import tensorflow.compat.v1 as tf\n"
        "with tf.Graph().as_default(), tf.Session() as session:\n"
        "  saver = tf.train.import_meta_graph(sys.argv[1] + '.meta')\n"
        "  saver.restore(session, sys.argv[1])\n"
        "  print(session.run('elbo:0', {'data:0': np.zeros([1, 28, 28])}))"
      )
      elbos = [
        float(
          subprocess.check_output(
            [each, "-c", code, checkpoint], stderr=subprocess.DEVNULL
          )
        )
        for each in (sys.executable, OTHER)
      ]
      self.assertLess(elbos[0], 0)
      self.assertAlmostEqual(*elbos, delta=1e-3)

  def test_a_checkpoint_of_the_original_script_is_imported(self):
    prefix = os.path.join(self.folder, "old", "model.ckpt")
    logdir = os.path.join(self.folder, "imported")
    data = (
      "import numpy as np\n"
      "random = np.random.RandomState(0)\n"
      "images = random.rand(50, 28, 28).astype(np.float32)\n"
      "noise = random.randn(50, 2).astype(np.float32)\n"
    )
    code = data + (
      "import sys\n"
      "from tests import original_script\n"
      "print(original_script.train(sys.argv[1], images, noise, scope='model'))"
    )
    found = {}
    exec(data, found)
    expected = float(
      subprocess.check_output(
        [OTHER, "-c", code, prefix],
        env=environment(),
        stderr=subprocess.DEVNULL,
      ).split()[-1]
    )
    result = run_process(
      f"--from={prefix}",
      f"--to={logdir}",
      binary="scripts.import_checkpoint",
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(vae_graph.ModelConfig(), (28, 28))
      elbo = original_script.elbo_of_vae(vae, found["images"], found["noise"])
      vae_graph.restore_by_name(logdir, vae.variables)(session)
      self.assertAlmostEqual(session.run(elbo), expected, delta=1e-3)

  def _call_there(self, export_format, export_dir, requests):
    """Calls an export as consumers do, under the other TensorFlow."""
    code = (
      "import pickle, sys\n"
      "import numpy as np\n"
      "from tests.export import consumers\n"
      "name, folder, requests, path = pickle.load(sys.stdin.buffer)\n"
      "found = getattr(consumers, name)(folder, requests)\n"
      "np.savez(path, **{f'{one}/{key}': value\n"
      "  for one, outputs in found.items() for key, value in outputs.items()})"
    )
    path = os.path.join(self.folder, "outputs.npz")
    # Lists, as a pickled array is of one NumPy.
    result = subprocess.run(
      [OTHER, "-c", code],
      input=pickle.dumps(
        (
          export_format,
          export_dir,
          {
            name: {key: each.tolist() for key, each in inputs.items()}
            for name, inputs in requests.items()
          },
          path,
        ),
        protocol=4,
      ),
      env=environment(),
      capture_output=True,
      timeout=300,
    )
    self.assertEqual(result.returncode, 0, result.stderr.decode())
    with np.load(path) as arrays:
      return dict(arrays)

  def test_this_is_another_tensorflow(self):
    _, version = self._run("other", OTHER, 1)
    self.assertNotEqual(version, versions()["tensorflow"])


if __name__ == "__main__":
  absltest.main()
