"""A disk that is full in mid-run, by a limit on the size of files.

The kernel refuses what would grow a file beyond the limit, in the middle of a
write, as it does on a full disk.
"""

import glob
import os
import re
import resource
import subprocess
import tempfile
import time

import numpy as np
from absl.testing import absltest

from tests.scripts.binary import SMALL, command, environment, run
from vae_graph.compat import tf

_TIMEOUT = 200  # seconds
_STEPS = 1000
_EVERY = 100


def variables(checkpoint):
  """Returns the variables of a checkpoint, by name."""
  reader = tf.train.NewCheckpointReader(checkpoint)
  names = reader.get_variable_to_shape_map()
  return {name: reader.get_tensor(name) for name in names}


class FullDiskTest(absltest.TestCase):
  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._temporary = tempfile.TemporaryDirectory()
    cls.folder = cls._temporary.name
    cls.undisturbed = os.path.join(cls.folder, "undisturbed")
    result = run(*cls.arguments(cls.undisturbed), timeout=_TIMEOUT)
    if result.returncode:
      raise RuntimeError(result.stderr)

  @classmethod
  def tearDownClass(cls):
    cls._temporary.cleanup()
    super().tearDownClass()

  @staticmethod
  def arguments(logdir):
    return (
      *SMALL,
      f"--logdir={logdir}",
      f"--train_steps={_STEPS}",
      f"--checkpoint_every_steps={_EVERY}",
      "--steps_per_run=5",
      "--summary_every_steps=1",
    )

  def _run_out_of_room(self, logdir, limit):
    """Trains until there is no room; returns the exit code and the errors.

    Args:
      logdir: the run.
      limit: function that returns the size of files, in bytes, beyond which
        there is none from the first checkpoint on.
    """
    with subprocess.Popen(
      command(*self.arguments(logdir)),
      stderr=subprocess.PIPE,
      universal_newlines=True,
      env=environment(),
    ) as process:
      self.addCleanup(process.kill)
      deadline = time.time() + _TIMEOUT
      while not os.path.exists(f"{logdir}/model.ckpt-{_EVERY}.index"):
        self.assertIsNone(process.poll())
        self.assertLess(time.time(), deadline)
        time.sleep(0.02)
      _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
      resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit(), hard))
      _, stderr = process.communicate(timeout=_TIMEOUT)
    self.assertNotIn("Traceback", stderr)
    return process.returncode, stderr

  def _assert_as_undisturbed(self, logdir):
    expected, found = (
      variables(f"{each}/model.ckpt-{_STEPS}")
      for each in (self.undisturbed, logdir)
    )
    self.assertEqual(expected.keys(), found.keys())
    for name, value in expected.items():
      np.testing.assert_array_equal(value, found[name], name)

  def test_at_a_checkpoint(self):
    logdir = os.path.join(self.folder, "checkpoint")
    code, stderr = self._run_out_of_room(logdir, lambda: 10000)
    self.assertEqual(code, 1, stderr)
    self.assertRegex(
      stderr.splitlines()[-1],
      "^train: error: .*model.ckpt-[0-9]+ cannot be saved .*File too large",
    )
    kept = glob.glob(f"{logdir}/model.ckpt-*.index")
    self.assertNotEmpty(kept)
    for path in kept:
      variables(path[: -len(".index")])
    again = run(*self.arguments(logdir), timeout=_TIMEOUT)
    self.assertEqual(again.returncode, 0, again.stderr)
    self._assert_as_undisturbed(logdir)

  def test_at_an_event_file(self):
    logdir = os.path.join(self.folder, "events")

    def limit():
      # Some events more. Nothing else grows.
      sizes = [
        os.path.getsize(os.path.join(folder, name))
        for folder, _, names in os.walk(logdir)
        for name in names
        if not name.endswith(".tmp")
      ]
      return max(sizes) + 1000

    code, stderr = self._run_out_of_room(logdir, limit)
    self.assertEqual(code, 0, stderr)
    for name, least in (("train", 1), ("test", 0)):
      found = re.findall(
        f"no more events .*events/{name}, .*too large.* training goes on",
        stderr,
      )
      self.assertBetween(len(found), least, 1, stderr)
    self._assert_as_undisturbed(logdir)

  def test_at_a_picture(self):
    logdir = os.path.join(self.folder, "pictures")
    os.mkdir(logdir)
    with open(os.path.join(logdir, "plots"), "wb"):
      pass  # A file, so that no picture has a place.
    result = run(*self.arguments(logdir), timeout=_TIMEOUT)
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertLen(
      re.findall("pictures are missing in .*plots", result.stderr), 1
    )
    self.assertRegex(result.stdout, "^test ELBO")
    self._assert_as_undisturbed(logdir)


if __name__ == "__main__":
  absltest.main()
