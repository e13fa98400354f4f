"""Checkpoints that are damaged, lost, or in folders with odd names.

Each case trains by the real binary, with a run beside it that must stay as it
is.
"""

import os
import shutil
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

from tests.scripts.binary import run
from tests.training import kept
from tests.training.toy import toy_dataset


def _cut(path):
  os.truncate(path, os.path.getsize(path) // 2)


def _fill(content):
  def fill(path):
    with open(path, "wb") as file:
      file.write(content)

  return fill


class CheckpointFaultsTest(parameterized.TestCase):
  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._temporary = tempfile.TemporaryDirectory()
    images = os.path.join(cls._temporary.name, "images.npz")
    train, test = toy_dataset()
    np.savez(images, x_train=train.images, x_test=test.images)
    cls.flags = (
      "--dataset=npz",
      f"--data_dir={images}",
      "--hidden_units=8",
      "--batch_size=10",
      "--checkpoint_every_steps=6",
      "--keep_checkpoints=3",
    )
    cls.trained = os.path.join(cls._temporary.name, "trained")
    cls._train(cls.trained, 30)
    cls.whole = os.path.join(cls._temporary.name, "whole")
    shutil.copytree(cls.trained, cls.whole)
    cls._train(cls.whole, 48)

  @classmethod
  def tearDownClass(cls):
    cls._temporary.cleanup()
    super().tearDownClass()

  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())

  @classmethod
  def _train(cls, logdir, steps, *flags):
    result = run(
      f"--logdir={logdir}", *cls.flags, f"--train_steps={steps}", *flags
    )
    assert result.returncode == 0, result.stderr
    return result

  def _copy(self, name):
    path = os.path.join(self.folder, name)
    shutil.copytree(self.trained, path)
    return path

  def _assert_goes_on(self, logdir, *warnings):
    """Trains on, and checks that the end is that of an undisturbed run."""
    result = self._train(logdir, 48)
    lines = result.stderr.splitlines()
    for text in warnings:
      self.assertLen([line for line in lines if text in line], 1, lines)
    # In a place that TensorFlow takes for no pattern.
    plain = os.path.join(
      self.enter_context(tempfile.TemporaryDirectory()), "run"
    )
    shutil.copytree(logdir, plain)
    kept.assert_same_training(self, self.whole, plain)

  @parameterized.parameters(
    ("run[1]", "run1"),
    ("lr*?b", "lr-2-b"),
    ("beta[4] 東京\\", "beta4 東京"),
  )
  def test_a_name_that_looks_like_a_pattern(self, name, sibling):
    beside = self._copy(sibling)
    before = kept.contents(beside)
    logdir = self._copy(name)
    self._train(logdir, 36, "--keep_checkpoints=1")
    self._assert_goes_on(logdir)
    result = run(
      f"--logdir={logdir}", "--max_images=20", binary="scripts.evaluate"
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertEqual(kept.contents(beside), before)
    self.assertCountEqual(os.listdir(self.folder), [name, sibling])

  @parameterized.named_parameters(
    ("missing", os.remove),
    ("garbage", _fill(os.urandom(200))),
    ("empty", _fill(b"")),
  )
  def test_the_small_file_checkpoint(self, damage):
    logdir = self._copy("run")
    for folder in (logdir, os.path.join(logdir, "best")):
      damage(os.path.join(folder, "checkpoint"))
    for checkpoint in ((), ("--checkpoint=best",)):
      result = run(
        f"--logdir={logdir}",
        "--max_images=20",
        *checkpoint,
        binary="scripts.evaluate",
      )
      self.assertEqual(result.returncode, 0, result.stderr)
    self._assert_goes_on(logdir)

  @parameterized.named_parameters(
    ("data_cut", ".data-00000-of-00001", _cut),
    ("data_gone", ".data-00000-of-00001", os.remove),
    ("index_cut", ".index", _cut),
  )
  def test_a_damaged_checkpoint(self, suffix, damage):
    logdir = self._copy("run")
    damage(os.path.join(logdir, "model.ckpt-30" + suffix))
    result = run(
      f"--logdir={logdir}", "--max_images=20", binary="scripts.evaluate"
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertIn("model.ckpt-30", result.stderr)
    self._assert_goes_on(logdir, "model.ckpt-30")

  def test_an_index_that_is_gone(self):
    logdir = self._copy("run")
    os.remove(os.path.join(logdir, "model.ckpt-30.index"))
    self._assert_goes_on(logdir)

  def test_the_source_of_the_first_weights_goes(self):
    source = self._copy("source")
    logdir = os.path.join(self.folder, "run")
    whole = os.path.join(self.folder, "whole")
    flag = f"--init_checkpoint={source}"
    self._train(whole, 18, flag)
    self._train(logdir, 6, flag)
    shutil.rmtree(source)
    self._train(logdir, 12, flag)
    self._train(logdir, 18)
    kept.assert_same_training(self, whole, logdir)

  def test_no_checkpoint_is_whole(self):
    logdir = self._copy("run")
    for step in (18, 24, 30):
      _cut(os.path.join(logdir, f"model.ckpt-{step}.data-00000-of-00001"))
    before = kept.contents(logdir)
    result = run(f"--logdir={logdir}", *self.flags, "--train_steps=48")
    self.assertEqual(result.returncode, 1, result.stderr)
    self.assertRegex(result.stderr, "train: error: .*run")
    self.assertNotIn("Traceback", result.stderr)
    after = kept.contents(logdir)
    for path, content in before.items():
      # These say what was asked for last.
      if path not in ("config.json", "flags.txt"):
        self.assertEqual(after[path], content, path)


if __name__ == "__main__":
  absltest.main()
