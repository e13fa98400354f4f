"""Training that diverges, and that what its message advises works."""

import os
import tempfile

from absl.testing import absltest

from tests.scripts.binary import SMALL, run
from vae_graph.compat import tf

TOO_LARGE = (*SMALL, "--learning_rate=1e20", "--train_steps=12")


class DivergenceTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(self.folder, "run")

  def _train(self, *arguments, exit_code=0):
    result = run(f"--logdir={self.logdir}", *arguments)
    self.assertEqual(result.returncode, exit_code, result.stderr)
    self.assertNotIn("Traceback", result.stderr)
    return result.stderr

  def _steps(self):
    path = tf.train.latest_checkpoint(self.logdir)
    return int(path.rpartition("-")[2])

  def test_what_the_message_advises_works(self):
    last = self._train(*TOO_LARGE, exit_code=1).splitlines()[-1]
    self.assertRegex(last, r"^train: .*not finite.* training step \d+")
    self.assertIn("begin a new run with a smaller --learning_rate, or", last)
    self.assertIn("--on_nan=rollback", last)
    # The one way: a new run.
    first, self.logdir = self.logdir, os.path.join(self.folder, "new")
    self._train(*TOO_LARGE, "--learning_rate=1e-3")
    self.assertEqual(self._steps(), 12)
    # The other: the same command, with rollbacks.
    self.logdir = first
    text = self._train(
      *TOO_LARGE, "--on_nan=rollback", "--rollback_factor=1e-23"
    )
    self.assertEqual(
      text.count("training goes on from step 0 with 1e-23"), 1, text
    )
    self.assertEqual(self._steps(), 12)

  def test_gives_up_in_one_line(self):
    last = self._train(
      *TOO_LARGE, "--on_nan=rollback", "--max_rollbacks=2", exit_code=1
    ).splitlines()[-1]
    self.assertRegex(last, "^train: .*, after 2 rollbacks; .*--max_rollbacks$")


if __name__ == "__main__":
  absltest.main()
