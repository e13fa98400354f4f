"""Training goes on from what is there, or says why it does not."""

import glob
import os
import shutil
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.kept import contents, variables
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runs import checkpoint_commits
from vae_graph.training import plotting, recording


class ResumeTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(self.folder, "run")

  def _train(self, logdir=None, **settings):
    return vae_graph.train(
      toy_config(**settings), logdir or self.logdir, dataset=toy_dataset()
    )

  def _paths(self, pattern):
    return glob.glob(os.path.join(glob.escape(self.logdir), pattern))

  @parameterized.parameters(("run[1]", "run1"), ("end\\", "end"))
  def test_the_folders_name_is_no_pattern(self, name, sibling):
    sibling = os.path.join(self.folder, sibling)
    self._train(sibling, epochs=2)
    before = contents(sibling)
    self.logdir = os.path.join(self.folder, name)
    self._train(epochs=1, keep_checkpoints=1)
    result = self._train(epochs=2, keep_checkpoints=1)
    self.assertEqual((result.step, result.complete), (12, True))
    self.assertLen(self._paths("model.ckpt-*.index"), 1)
    # Whatever is named, it is the same training.
    for path in ("model.ckpt-12.data-00000-of-00001", "metrics.jsonl"):
      with open(os.path.join(self.logdir, path), "rb") as file:
        if path == "metrics.jsonl":
          self.assertEqual(file.read().count(b"\n"), 3)
        else:
          self.assertEqual(file.read(), before[path])
    self.assertEqual(contents(sibling), before)
    with vae_graph.TrainedModel(self.logdir, checkpoint="best") as model:
      self.assertEqual(
        model.encode(toy_dataset().test.images).mean.shape[0], 23
      )

  def test_a_damaged_checkpoint_costs_no_more_than_its_steps(self):
    self._train(epochs=3)
    expected, before = variables(self.logdir), contents(self.logdir)
    (path,) = self._paths("model.ckpt-18.data*")
    os.truncate(path, 1000)
    os.remove(os.path.join(self.logdir, "checkpoint"))
    with self.assertLogs(level="WARNING") as logs:
      self.assertEqual(self._train(epochs=3).step, 18)
    self.assertLen(logs.output, 1)
    found = variables(self.logdir)
    for name, value in expected.items():
      np.testing.assert_array_equal(value, found[name], name)
    self.assertEqual(
      contents(self.logdir)["metrics.jsonl"].count(b"\n"),
      before["metrics.jsonl"].count(b"\n"),
    )
    self.assertLen(self._paths("damaged/step-18-1/*"), 4)

  @parameterized.parameters(
    ("no whole checkpoint to go on from", "model.ckpt-*.data*"),
    ("no whole checkpoint to go on from", "model.ckpt-*.index"),
    ("holds a list of checkpoints", "model.ckpt-*"),
    ("no config.json that says of which", "config.json"),
    ("up to step 12, but .* no checkpoint", "model.ckpt-*", "checkpoint"),
    (
      "best holds .* but .* no checkpoint",
      "model.ckpt-*",
      "checkpoint",
      "metrics.jsonl",
    ),
  )
  def test_it_never_begins_anew_over_a_run(self, message, *lost):
    self._train(epochs=2)
    for pattern in lost:
      for path in self._paths(pattern):
        os.remove(path)
    before = contents(self.logdir)
    with self.assertRaisesRegex(errors.VaeGraphError, message) as caught:
      self._train(epochs=3)
    self.assertNotIn("\n", str(caught.exception))
    after = contents(self.logdir)
    for path, content in before.items():
      # The small file is set right before.
      if path != "checkpoint":
        self.assertEqual(after[path], content, path)

  def test_the_source_of_the_first_weights_may_go(self):
    source = os.path.join(self.folder, "source")
    self._train(source, epochs=1)
    path = tf.train.latest_checkpoint(source)
    whole = os.path.join(self.folder, "whole")
    self._train(whole, epochs=3, init_checkpoint=path)
    self._train(epochs=1, init_checkpoint=path)
    shutil.rmtree(source)
    self._train(epochs=2, init_checkpoint=path)
    self._train(epochs=3)
    found = variables(self.logdir)
    for name, value in variables(whole).items():
      np.testing.assert_array_equal(value, found[name], name)
    config = vae_graph.RunDirectory(self.logdir).settings().config
    self.assertEqual(config.training.init_checkpoint, path)
    with self.assertRaisesRegex(
      errors.RunDirectoryError, "init_checkpoint.* reads .* at step 0 alone"
    ):
      self._train(epochs=3, init_checkpoint=whole)

  def test_a_run_that_cannot_begin_leaves_nothing(self):
    with self.assertRaisesRegex(errors.CheckpointError, "nowhere.index is mis"):
      self._train(epochs=1, init_checkpoint="nowhere")
    self.assertEqual(contents(self.logdir), {})

  @parameterized.parameters(
    (plotting, "compute_codes"),
    (plotting.plots, "plot_samples"),
    (plotting, "write_projector"),
    (recording, "compute_split_terms"),
  )
  def test_a_folder_that_goes_is_not_made_anew(self, module, name):
    moved = os.path.join(self.folder, "moved")
    call = getattr(module, name)

    def call_and_move(*args, **kwargs):
      result = call(*args, **kwargs)
      # Evaluations take place at step 0, too, where there is least to lose.
      if self._paths("model.ckpt-6.index"):
        os.rename(self.logdir, moved)
      return result

    with absltest.mock.patch.object(
      module, name, call_and_move
    ), self.assertRaisesRegex(
      errors.RunDirectoryError, "no longer the folder that .* has locked"
    ):
      self._train(epochs=1)
    self.assertFalse(os.path.exists(self.logdir))
    os.rename(moved, self.logdir)
    self.assertEqual(self._train(epochs=1).step, 6)

  def test_what_cannot_be_saved_ends_training_in_a_line(self):
    self._train(epochs=1)
    before = contents(self.logdir)

    full = OSError(28, "No space left on device")
    with absltest.mock.patch.object(
      checkpoint_commits, "_sync", side_effect=full
    ), self.assertRaisesRegex(
      errors.CheckpointError, "ckpt-12 cannot be saved .No space"
    ) as caught:
      self._train(epochs=2)
    self.assertNotIn("\n", str(caught.exception))
    after = contents(self.logdir)
    for path, content in before.items():
      if path.startswith("model.ckpt") or path == "metrics.jsonl":
        self.assertEqual(after[path], content, path)
    self.assertEqual(self._train(epochs=2).step, 12)


if __name__ == "__main__":
  absltest.main()
