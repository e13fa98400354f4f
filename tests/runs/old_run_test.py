"""A run that version 0 made is resumed, evaluated and reported.

`old_run/` was left by 20 steps on mnist_10k with TensorFlow 1.15.5, before the
spelling was American, then by an evaluation of 200 images. Its settings include
some that its objective and its optimizer do not read.
"""

import dataclasses
import glob
import json
import os
import shutil
import tempfile

import numpy as np
from absl.testing import absltest

import vae_graph
from tests.training.toy import toy_dataset
from vae_graph.compat import tf
from vae_graph.data.fingerprint import dataset_fingerprint

OLD_RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "old_run")


class OldRunTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(self.folder, "run")
    shutil.copytree(OLD_RUN, self.logdir)
    self.run = vae_graph.RunDirectory.load(self.logdir)
    self.dataset = toy_dataset(num_train=1000, num_test=50, shape=(28, 28))

  def test_resumes(self):
    config = self.run.settings().config
    # What nothing reads is gone.
    self.assertEqual(config.training.momentum, 0)
    self.assertEqual(
      config.objective, vae_graph.ObjectiveConfig(free_bits=0.01)
    )
    old = _variables(self.logdir)
    training = dataclasses.replace(config.training, train_steps=30)
    config = dataclasses.replace(config, training=training)
    result = vae_graph.train(config, self.logdir, dataset=self.dataset)
    self.assertTrue(result.complete)
    self.assertEqual(
      [record["step"] for record in self.run.read_metrics()], [0, 20, 30]
    )
    new = _variables(self.logdir)
    self.assertEqual(new.keys(), old.keys())
    self.assertEqual((old["global_step"], new["global_step"]), (20, 30))
    # Adam goes on, too: it multiplies its decay once a step.
    self.assertAlmostEqual(new["beta1_power"], 0.9**31, places=6)
    # From now on, it knows its data.
    found = self.run.data().fingerprint
    self.assertEqual(found, dataset_fingerprint(self.dataset))
    # Only the newest is kept, as the old run asked for.
    found = glob.glob(self.run.checkpoint_prefix + "*.index")
    self.assertEqual(found, [self.run.checkpoint_prefix + "-30.index"])

  def test_is_evaluated(self):
    result = vae_graph.evaluate_run(
      self.logdir,
      self.dataset,
      evaluation_config=vae_graph.EvaluationConfig(importance_samples=3),
    )
    self.assertEqual(result["step"], 20)
    self.assertEqual(self.run.read_evaluation(), result)
    with open(self.run.evaluations_path, encoding="utf-8") as file:
      old, new = [json.loads(line) for line in file]
    self.assertEqual(old["images"], 200)
    self.assertEqual(new, result)
    # The weights are the averages that the old run kept.
    weights = _variables(self.logdir)
    hidden, mean = (
      [
        weights[f"encoder/{layer}/{name}/ExponentialMovingAverage"]
        for name in ("kernel", "bias")
      ]
      for layer in ("dense", "dense_1")
    )
    images = self.dataset.test.images
    features = images.reshape(len(images), -1) / 255 @ hidden[0] + hidden[1]
    expected = np.maximum(features, 0) @ mean[0] + mean[1]
    with vae_graph.TrainedModel(self.logdir) as model:
      np.testing.assert_allclose(
        model.encode(images).mean, expected, rtol=1e-4, atol=1e-5
      )

  def test_its_evaluation_is_read_in_the_words_of_today(self):
    text = json.dumps(self.run.read_evaluation())
    self.assertIn('"neighbors": 5', text)
    self.assertIn("gray pixels under likelihood bernoulli have no", text)
    self.assertNotIn("grey", text)
    self.assertNotIn("neighbour", text)

  def test_is_evaluated_anew_for_a_report(self):
    # Its evaluation does not say of which weights and images it is.
    data_dir = os.path.join(self.folder, "data.npz")
    train, test = self.dataset
    np.savez(data_dir, x_train=train.images, x_test=test.images)
    data_config = vae_graph.DataConfig(dataset="npz", data_dir=data_dir)
    run = vae_graph.make_report_run(self.logdir, "old", data_config=data_config)
    vae_graph.write_report(self.run.report_path, [run])
    with open(self.run.report_path, encoding="utf-8") as file:
      page = file.read()
    self.assertIn("50 images, gray pixels", page)
    self.assertNotIn("−535.7", page)


def _variables(logdir):
  """Returns the variables of a run's latest checkpoint, by name."""
  reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(logdir))
  names = reader.get_variable_to_shape_map()
  return {name: reader.get_tensor(name) for name in names}


if __name__ == "__main__":
  absltest.main()
