import dataclasses
import glob
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
from vae_graph.data.dataset import to_unit_interval
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
    os.remove(os.path.join(self.run.path, "checkpoint"))
    with self.assertRaisesRegex(errors.CheckpointError, "holds no checkpoint"):
      TrainedModel(self.run.path)

  def test_a_checkpoint_deleted_before_it_is_read_is_looked_for_anew(self):
    find, found = checkpoints.find_checkpoint, []

    def find_as_a_trainer_goes_on(run, checkpoint):
      path = find(run, checkpoint)
      if not found:
        for file in glob.glob(path + ".*"):
          os.remove(file)
        tf.train.update_checkpoint_state(run.path, run.checkpoint_prefix + "-3")
      found.append(path)
      return path

    with absltest.mock.patch.object(
      checkpoints, "find_checkpoint", find_as_a_trainer_goes_on
    ):
      self.assertEqual(self._bias()[0], 3)
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
      errors.CheckpointError, "kernel/ExponentialMovingAverage is missing"
    ):
      TrainedModel(self.run.path)


if __name__ == "__main__":
  absltest.main()
