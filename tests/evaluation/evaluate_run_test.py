import dataclasses
import os
import tempfile
import time

import numpy as np
from absl.testing import absltest

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.evaluation.evaluate_run import evaluate_run, follow_run
from vae_graph.runs import json_files

IMAGES = 64  # of the train split, at six steps an epoch


class FollowRunTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.logdir = self.enter_context(tempfile.TemporaryDirectory())
    self.evaluated = []
    self._open(train_steps=30)

  def _open(self, **training):
    config = toy_config(**training)
    return vae_graph.RunDirectory.open(self.logdir, config, (6, 5))

  def _save(self, step):
    """Makes what `tf.train.latest_checkpoint` takes for a checkpoint."""
    path = os.path.join(self.logdir, f"model.ckpt-{step}")
    for end in (".index", ".data-00000-of-00001"):
      with open(path + end, "wb"):
        pass
    tf.train.update_checkpoint_state(self.logdir, path)

  def _follow(self, later=(), timeout=60, should_stop=lambda: False):
    """Follows a run that saves `later`, each while one is evaluated."""
    later = list(later)

    def evaluate():
      path = tf.train.latest_checkpoint(self.logdir)
      self.evaluated.append(int(path.rpartition("-")[2]))
      if later:
        self._save(later.pop(0))
      return {"checkpoint": path, "step": self.evaluated[-1]}

    return follow_run(self.logdir, evaluate, IMAGES, timeout, should_stop)

  def test_evaluates_each_until_the_last_step(self):
    self._save(0)
    self.assertTrue(self._follow(later=[10, 20, 30]))
    self.assertEqual(self.evaluated, [0, 10, 20, 30])

  def test_a_complete_run_is_evaluated_once(self):
    self._save(30)
    self.assertTrue(self._follow())
    self.assertEqual(self.evaluated, [30])

  def test_one_that_was_evaluated_is_not_evaluated_again(self):
    self._save(10)

    def evaluate():
      # Training has saved another one since `follow_run` looked.
      self._save(20)
      self.evaluated.append(20)
      path = tf.train.latest_checkpoint(self.logdir)
      return {"checkpoint": path, "step": 20}

    self.assertFalse(follow_run(self.logdir, evaluate, IMAGES, timeout=1.5))
    self.assertEqual(self.evaluated, [20])

  def test_epochs_end_training_too(self):
    self._open(epochs=2)
    self._save(12)
    self.assertTrue(self._follow())

  def test_ends_when_nothing_comes(self):
    start = time.time()
    self.assertFalse(self._follow(timeout=0.3))
    self.assertEmpty(self.evaluated)
    self._save(10)
    self.assertFalse(self._follow(timeout=0.3))
    self.assertEqual(self.evaluated, [10])
    self.assertBetween(time.time() - start, 0.6, 10)

  def test_time_that_an_evaluation_takes_is_no_silence(self):
    self._save(10)

    def evaluate():
      path = tf.train.latest_checkpoint(self.logdir)
      self.evaluated.append(path)
      time.sleep(0.5)
      self._save(30)
      return {"checkpoint": path, "step": int(path.rpartition("-")[2])}

    self.assertTrue(follow_run(self.logdir, evaluate, IMAGES, timeout=0.4))
    self.assertLen(self.evaluated, 2)

  def test_stops_when_asked_to(self):
    self._save(10)
    self.assertFalse(
      self._follow(later=[20, 25], should_stop=lambda: len(self.evaluated) == 2)
    )
    self.assertEqual(self.evaluated, [10, 20])
    self.assertFalse(self._follow(should_stop=lambda: True))
    self.assertLen(self.evaluated, 2)

  def test_early_stopping_is_an_end(self):
    run = self._open(train_steps=30, early_stopping=2)
    for step, elbo in ((0, -9.0), (6, -8.0), (12, -8.5), (18, -8.1)):
      run.append_metrics({"step": step, "test_elbo": elbo})
    self._save(12)
    # Step 18, which is recorded already, has yet to be evaluated.
    self.assertTrue(self._follow(later=[18]))
    self.assertEqual(self.evaluated, [12, 18])

  def test_a_run_that_is_prolonged_goes_on(self):
    self._save(20)

    def evaluate():
      path = tf.train.latest_checkpoint(self.logdir)
      step = int(path.rpartition("-")[2])
      self.evaluated.append(step)
      if step == 20:
        self._open(train_steps=40)
      self._save(step + 10)
      return {"checkpoint": path, "step": step}

    self.assertTrue(follow_run(self.logdir, evaluate, IMAGES, timeout=60))
    self.assertEqual(self.evaluated, [20, 30, 40])


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
      self.logdir, dataset or self.dataset, self.config, checkpoint
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
    result = evaluate_run(logdir, self.dataset, self.config)
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(logdir))
    with vae_graph.TrainedModel(logdir) as model:
      mean = model.encode(self.dataset.test.images).mean
      self.assertEqual(
        result["elbo"], model.score(self.dataset.test.images, 3).elbo.mean()
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
      evaluate_run(logdir, floats, self.config)


if __name__ == "__main__":
  absltest.main()
