import os
import tempfile
import time

from absl.testing import absltest

import vae_graph
from tests.training.toy import toy_config
from vae_graph.compat import tf
from vae_graph.evaluation.follow_run import follow_run

IMAGES = 64  # of the train split, at six steps an epoch


class FollowRunTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.logdir = self.enter_context(tempfile.TemporaryDirectory())
    self.evaluated = []
    self._open(train_steps=30)

  def _open(self, **training):
    config = toy_config(**training)
    return vae_graph.RunDirectory.open(self.logdir, config, image_shape=(6, 5))

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

    return follow_run(
      self.logdir,
      evaluate,
      num_train_images=IMAGES,
      timeout=timeout,
      should_stop=should_stop,
    )

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

    self.assertFalse(
      follow_run(self.logdir, evaluate, num_train_images=IMAGES, timeout=1.5)
    )
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

    self.assertTrue(
      follow_run(self.logdir, evaluate, num_train_images=IMAGES, timeout=0.4)
    )
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

    self.assertTrue(
      follow_run(self.logdir, evaluate, num_train_images=IMAGES, timeout=60)
    )
    self.assertEqual(self.evaluated, [20, 30, 40])


if __name__ == "__main__":
  absltest.main()
