import dataclasses
import glob
import logging
import os
import shutil
import tempfile

import numpy as np
from absl.testing import absltest

import vae_graph
from tests.inference.random_run import make_run
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.data.pixels import to_unit_interval
from vae_graph.inference.trained_model import TrainedModel
from vae_graph.runs import checkpoints, settings


class CheckpointTest(absltest.TestCase):
  """Which weights are taken."""

  def setUp(self):
    super().setUp()
    folder = self.enter_context(tempfile.TemporaryDirectory())
    self.run = make_run(os.path.join(folder, "run"))

  def _bias(self, checkpoint=None):
    """Step, and what tells the weights of one step from another's."""
    with TrainedModel(self.run.path, checkpoint=checkpoint) as model:
      return model.step, model.decode(np.zeros((1, 2))).ravel()[0]

  def test_latest_step_best_and_path(self):
    os.makedirs(self.run.best_folder)
    for path in glob.glob(self.run.checkpoint_prefix + "-3.*"):
      shutil.copy(path, self.run.best_folder)
    tf.train.update_checkpoint_state(
      self.run.best_folder, self.run.best_prefix + "-3"
    )
    first, last = self._bias(3), self._bias(7)
    self.assertEqual((first[0], last[0]), (3, 7))
    self.assertNotEqual(first[1], last[1])
    self.assertEqual(self._bias(), last)
    self.assertEqual(self._bias("best"), first)
    self.assertEqual(self._bias(self.run.checkpoint_prefix + "-3"), first)
    self.assertEqual(self._bias(self.run.best_folder), first)

  def test_what_is_not_there_is_named(self):
    for checkpoint, message in (
      (5, r"no checkpoint of step 5, only of 3, 7; choose"),
      ("best", r"best holds no checkpoint; take the run's latest"),
      ("nowhere", r"nowhere cannot be read as a checkpoint"),
    ):
      with self.assertRaisesRegex(errors.CheckpointError, message) as caught:
        TrainedModel(self.run.path, checkpoint=checkpoint)
      self.assertNotIn("\n", str(caught.exception))
    with self.assertRaisesRegex(errors.RunDirectoryError, "does not exist"):
      TrainedModel(self.run.path + "x")

  def test_what_lies_there_is_told(self):
    self._remove("*.index")
    with self.assertRaisesRegex(
      errors.CheckpointError,
      r"holds files of checkpoints \(step 3, 7\), but no",
    ):
      TrainedModel(self.run.path)
    self._remove("model.ckpt-*")
    with self.assertRaisesRegex(
      errors.CheckpointError, "holds a list of checkpoints"
    ):
      TrainedModel(self.run.path)
    self._remove("checkpoint")
    for checkpoint in (None, 3, "best"):
      with self.assertRaisesRegex(
        errors.CheckpointError, "holds no checkpoint; train a model there first"
      ):
        TrainedModel(self.run.path, checkpoint=checkpoint)

  def test_what_can_be_taken_instead_is_told(self):
    os.makedirs(self.run.best_folder)
    for path in glob.glob(self.run.checkpoint_prefix + "-3.*"):
      shutil.copy(path, self.run.best_folder)
    self._remove("model.ckpt-*")
    for found in (
      r"a list of checkpoints .*; restore one or",
      "no checkpoint;",
    ):
      with self.assertRaisesRegex(
        errors.CheckpointError,
        f"holds {found} take the best one instead, by --checkpoint=best$",
      ):
        TrainedModel(self.run.path)
      self._remove("checkpoint")
    # As somebody else's training calls them.
    for path in glob.glob(os.path.join(self.run.best_folder, "model.ckpt-3.*")):
      name = os.path.basename(path).replace("model.ckpt-3", "weights")
      shutil.move(path, os.path.join(self.run.path, name))
    path = os.path.join(self.run.path, "weights")
    with self.assertRaisesRegex(
      errors.CheckpointError, f"no checkpoint; take {path} by --checkpoint$"
    ):
      TrainedModel(self.run.path)
    self._bias(path)

  def test_without_the_small_file(self):
    for content in (None, b"", b"\0\xff", b'model_checkpoint_path: "model.ck'):
      self._remove("checkpoint")
      if content is not None:
        with open(os.path.join(self.run.path, "checkpoint"), "wb") as file:
          file.write(content)
      self.assertEqual(self._bias()[0], 7)
      self.assertEqual(self._bias(self.run.path)[0], 7)

  def test_the_newest_whole_one_is_taken_and_nothing_touched(self):
    self._cut(7)
    before = sorted(os.listdir(self.run.path))
    for checkpoint in (None, self.run.path):
      with self.assertLogs(level="WARNING") as logs:
        self.assertEqual(self._bias(checkpoint)[0], 3)
      (line,) = logs.output
      self.assertRegex(line, "ckpt-7 cannot be read .*ckpt-3 is taken instead")
      self.assertNotIn("\n", line)
    with self.assertRaisesRegex(
      errors.CheckpointError,
      r"7 cannot be read.* \(whole are those of step 3\)",
    ):
      TrainedModel(self.run.path, checkpoint=7)
    self.assertEqual(sorted(os.listdir(self.run.path)), before)
    self._cut(3)
    with self.assertRaisesRegex(
      errors.CheckpointError,
      "no checkpoint is whole: .*-7 .*; .*-3 .*; restore",
    ) as caught:
      TrainedModel(self.run.path)
    self.assertNotIn("\n", str(caught.exception))

  def test_the_logging_of_a_host_is_left_alone(self):
    self._cut(7)
    root = logging.getLogger()
    with absltest.mock.patch.object(root, "handlers", []):
      self._bias()
      self.assertEmpty(root.handlers)

  def _remove(self, pattern):
    for path in glob.glob(os.path.join(self.run.path, pattern)):
      os.remove(path)

  def _cut(self, step):
    (path,) = glob.glob(self.run.checkpoint_prefix + f"-{step}.data*")
    os.truncate(path, os.path.getsize(path) // 2)

  def test_a_checkpoint_deleted_before_it_is_read_is_looked_for_anew(self):
    find, found = checkpoints.find_checkpoints, []

    def find_as_a_trainer_goes_on(run, checkpoint):
      paths = find(run, checkpoint)
      if not found:
        for file in glob.glob(paths[0] + ".*"):
          os.remove(file)
      found.append(paths[0])
      return paths

    patch = absltest.mock.patch.object
    with patch(checkpoints, "find_checkpoints", find_as_a_trainer_goes_on):
      with patch(checkpoints._LOGGER, "warning") as warning:
        self.assertEqual(self._bias()[0], 3)
    # What has gone is not named as damaged.
    warning.assert_not_called()
    self.assertEqual([path[-2:] for path in found], ["-7", "-3"])

  def test_data_lost_from_under_the_index(self):
    for path in glob.glob(self.run.checkpoint_prefix + "-7.data*"):
      os.remove(path)
    with self.assertRaisesRegex(errors.CheckpointError, "7 cannot be read"):
      TrainedModel(self.run.path, checkpoint=7)

  def test_averages_are_taken_where_the_run_has_them(self):
    config = toy_config(ema_decay=0.9)
    folder = os.path.join(self.run.path, "averaged")
    dataset = toy_dataset()
    vae_graph.train(config, folder, dataset=dataset)
    with TrainedModel(folder) as model:
      reader = tf.train.NewCheckpointReader(model.checkpoint)
      means = model.encode(dataset.test.images).mean
    hidden = to_unit_interval(dataset.test.images).reshape(-1, 30)

    def layer(inputs, name, suffix):
      kernel, bias = (
        reader.get_tensor(f"encoder/{name}/{part}{suffix}")
        for part in ("kernel", "bias")
      )
      return inputs @ kernel + bias

    expected, plain = (
      layer(np.maximum(layer(hidden, "dense", each), 0), "dense_1", each)
      for each in ("/ExponentialMovingAverage", "")
    )
    np.testing.assert_allclose(means, expected, rtol=1e-4, atol=1e-5)
    self.assertGreater(np.abs(means - plain).max(), 1e-3)

  def test_a_checkpoint_without_averages_does_not_fit(self):
    config, shape = self.run.settings()
    training = dataclasses.replace(config.training, ema_decay=0.9)
    settings.write(
      self.run.config_path,
      settings.RunSettings(
        dataclasses.replace(config, training=training), shape
      ),
      versions={},
      data=self.run.data(),
    )
    with self.assertRaisesRegex(
      errors.CheckpointError, "kernel/ExponentialMovingAverage +missing"
    ):
      TrainedModel(self.run.path)


if __name__ == "__main__":
  absltest.main()
