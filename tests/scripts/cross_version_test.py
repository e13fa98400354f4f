"""Runs that move between two TensorFlows, by the same command.

The environment variable VAE_GRAPH_OTHER_PYTHON names the interpreter of the
other TensorFlow, as `make test-cross` does.
"""

import json
import os
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

from tests.scripts.binary import SMALL, run_process
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

  def test_this_is_another_tensorflow(self):
    _, version = self._run("other", OTHER, 1)
    self.assertNotEqual(version, versions()["tensorflow"])


if __name__ == "__main__":
  absltest.main()
