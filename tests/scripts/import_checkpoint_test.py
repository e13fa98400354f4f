import os
import tempfile

import numpy as np
from absl.testing import absltest

import vae_graph
from tests.importing import foreign
from tests.scripts.binary import SMALL, run
from vae_graph.compat import tf


class ImportCheckpointTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.path = os.path.join(self.folder, "old", "model.ckpt-20")
    self.logdir = os.path.join(self.folder, "run")
    with tf.Graph().as_default(), tf.Session() as session:
      model_config = vae_graph.ModelConfig(hidden_units=(16,))
      vae = vae_graph.VAE(model_config, (28, 28))
      session.run(tf.global_variables_initializer())
      arrays = {
        f"net/{each.op.name}": session.run(each) for each in vae.variables
      }
    arrays["net/global_step"] = np.int64(20)
    foreign.write(self.path, arrays)

  def _import(self, *arguments):
    return run(
      *SMALL,
      f"--from={self.path}.index",
      f"--to={self.logdir}",
      *arguments,
      binary="scripts.import_checkpoint",
    )

  def _succeed(self, *arguments, **kwargs):
    result = run(*arguments, **kwargs)
    self.assertEqual(result.returncode, 0, result.stderr)
    return result.stdout

  def test_imports_and_goes_on(self):
    result = self._import("--dry_run")
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertFalse(os.path.exists(self.logdir))
    self.assertIn("nothing is written", result.stdout)

    result = self._import("--map=^net/=a,b/")
    self.assertEqual(result.returncode, 0, result.stderr)
    *table, elbo, made = result.stdout.splitlines()
    self.assertRegex(
      table[1], r"net/encoder/dense/kernel +encoder/dense/kernel +\[784, 16\]"
    )
    self.assertRegex(
      elbo, r"^test ELBO -\d+\.\d\d nats per image, of untrained"
    )
    self.assertEqual(made, f"run at step 20: {self.logdir}")
    # The weights are of no training, which it tells.
    self.assertRegex(result.stderr, "note: the checkpoint has none of this opt")
    self.assertRegex(result.stderr, "note: the loss of test images.*is not")

    flags = os.path.join(self.logdir, "flags.txt")
    self._succeed(f"--flagfile={flags}", "--train_steps=30")
    evaluated = self._succeed(
      f"--logdir={self.logdir}",
      "--importance_samples=2",
      "--max_images=20",
      binary="scripts.evaluate",
    )
    self.assertStartsWith(evaluated, "step 30, mnist_10k test split")
    self.assertRegex(
      self._import().stderr,
      "^import_checkpoint: error: .*run holds a run already; remove it.*\n$",
    )

  def test_what_is_refused(self):
    for exit_code, message, arguments in (
      (2, "--from is missing", ["--from="]),
      (2, "--to is missing", ["--to="]),
      (1, "cannot be read as a checkpoint", [f"--from={self.path}1"]),
      (
        1,
        r"dense/kernel is \[784, 16\] there and \[784, 8\] here.*would fit"
        " --hidden_units=16 --code_size=2",
        ["--hidden_units=8"],
      ),
    ):
      result = self._import(*arguments)
      self.assertEqual(result.returncode, exit_code, result.stderr)
      self.assertRegex(
        result.stderr, f"^import_checkpoint: error: [^\n]*{message}[^\n]*\n$"
      )
      self.assertFalse(os.path.exists(self.logdir))
    self.assertIn("other shape, found [784, 16]", result.stdout)


if __name__ == "__main__":
  absltest.main()
