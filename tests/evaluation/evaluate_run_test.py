import dataclasses
import os
import tempfile

import numpy as np
from absl.testing import absltest

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.evaluation.evaluate_run import evaluate_run
from vae_graph.runs import json_files


class EvaluateRunTest(absltest.TestCase):
  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._temporary = tempfile.TemporaryDirectory()
    cls.folder = cls._temporary.name
    cls.logdir = os.path.join(cls.folder, "run")
    cls.dataset = toy_dataset()
    vae_graph.train(toy_config(), cls.logdir, dataset=cls.dataset)
    cls.config = vae_graph.EvaluationConfig(importance_samples=3)

  @classmethod
  def tearDownClass(cls):
    cls._temporary.cleanup()
    super().tearDownClass()

  def _evaluate(self, checkpoint=None, dataset=None):
    return evaluate_run(
      self.logdir,
      dataset or self.dataset,
      evaluation_config=self.config,
      checkpoint=checkpoint,
    )

  def _read(self):
    path = os.path.join(self.logdir, "evaluation.json")
    return json_files.read_json_object(path)

  def _files(self):
    """Returns when each file of the run was changed, but for evaluations."""
    return {
      name: os.path.getmtime(os.path.join(self.logdir, name))
      for name in os.listdir(self.logdir)
      if not name.startswith("evaluation")
    }

  def _lines(self):
    path = os.path.join(self.logdir, "evaluations.jsonl")
    if not os.path.exists(path):
      return []
    with open(path, encoding="utf-8") as file:
      return file.readlines()

  def test_only_writes_the_figures(self):
    before = self._files()
    lines = self._lines()
    result = self._evaluate(6)
    self.assertEqual(result["step"], 6)
    self.assertEqual(self._read(), result)
    result = self._evaluate()
    self.assertEqual(self._read(), result)
    self.assertEqual(result["step"], 12)
    self.assertLen(self._lines(), len(lines) + 2)
    self.assertEqual(self._files(), before)

  def test_a_checkpoint_without_a_step(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    reader = tf.train.NewCheckpointReader(
      tf.train.latest_checkpoint(self.logdir)
    )
    with tf.Graph().as_default(), tf.Session() as session:
      variables = [
        tf.get_variable(name, initializer=reader.get_tensor(name))
        for name in reader.get_variable_to_shape_map()
        if name.startswith(("encoder/", "decoder/"))
      ]
      session.run(tf.global_variables_initializer())
      path = tf.train.Saver(variables).save(session, folder + "/model.ckpt")
    lines = self._lines()
    result = self._evaluate(path)
    self.assertIsNone(result["step"])
    self.assertEqual(self._read(), result)
    self.assertEqual(self._lines(), lines)
    latest = self._evaluate()
    self.assertEqual(result["elbo"], latest["elbo"])

  def test_weights_are_the_averages(self):
    logdir = os.path.join(self.folder, "averaged")
    config = toy_config(ema_decay=0.9)
    vae_graph.train(config, logdir, dataset=self.dataset)
    result = evaluate_run(logdir, self.dataset, evaluation_config=self.config)
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(logdir))
    with vae_graph.TrainedModel(logdir) as model:
      mean = model.encode(self.dataset.test.images).mean
      self.assertEqual(
        result["elbo"],
        model.score(self.dataset.test.images, importance_samples=3).elbo.mean(),
      )
    bias = reader.get_tensor("encoder/dense_1/bias/ExponentialMovingAverage")
    kernel = reader.get_tensor(
      "encoder/dense_1/kernel/ExponentialMovingAverage"
    )
    first = [
      reader.get_tensor(f"encoder/dense/{name}/ExponentialMovingAverage")
      for name in ("kernel", "bias")
    ]
    images = self.dataset.test.images.reshape(23, 30) / np.float32(255)
    features = np.maximum(images @ first[0] + first[1], 0)
    np.testing.assert_allclose(mean, features @ kernel + bias, atol=1e-4)

  def test_images_of_another_shape(self):
    with self.assertRaisesRegex(errors.DataError, r"found shape \(23, 5"):
      self._evaluate(dataset=toy_dataset(shape=(5, 5)))

  def test_wrong_pixels_are_refused(self):
    logdir = os.path.join(self.folder, "logistic")
    config = toy_config(epochs=1)
    model = dataclasses.replace(config.model, likelihood="discretized_logistic")
    config = dataclasses.replace(config, model=model)
    vae_graph.train(config, logdir, dataset=self.dataset)
    floats = toy_dataset(dtype=np.float32)
    with self.assertRaisesRegex(errors.ConfigError, "discretized_logistic"):
      evaluate_run(logdir, floats, evaluation_config=self.config)


if __name__ == "__main__":
  absltest.main()
