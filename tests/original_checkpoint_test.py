"""Checkpoints of Danijar Hafner's script restore by name, to the same ELBO."""

import os
import tempfile

import numpy as np
from absl.testing import absltest

import vae_graph
from tests import original_script
from vae_graph.compat import tf


class OriginalCheckpointTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    folder = self.enter_context(tempfile.TemporaryDirectory())
    self.prefix = os.path.join(folder, "model.ckpt")
    random = np.random.RandomState(0)
    self.images = random.rand(50, 28, 28).astype(np.float32)
    self.noise = random.randn(50, 2).astype(np.float32)

  def _train_original(self):
    """Trains the script's graph a little, saves it and returns its ELBO."""
    return original_script.train(self.prefix, self.images, self.noise)

  def test_restores_by_name_with_the_same_elbo(self):
    expected = self._train_original()
    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(vae_graph.ModelConfig(), (28, 28))
      elbo = original_script.elbo_of_vae(vae, self.images, self.noise)
      session.run(tf.global_variables_initializer())
      before = session.run(elbo)
      vae_graph.restore_by_name(self.prefix, vae.variables)(session)
      found = session.run(elbo)
    self.assertGreater(abs(before - expected), 0.5)
    self.assertAlmostEqual(found / expected, 1, places=5)

  def test_a_run_can_start_from_it(self):
    self._train_original()
    images = (self.images * 255).astype(np.uint8)
    split = vae_graph.Split(images, None)
    logdir = os.path.join(os.path.dirname(self.prefix), "run")
    vae_graph.train(
      vae_graph.ExperimentConfig(
        training=vae_graph.TrainingConfig(
          init_checkpoint=self.prefix, epochs=0, batch_size=10
        )
      ),
      logdir,
      dataset=vae_graph.Dataset(split, split),
    )
    theirs = tf.train.NewCheckpointReader(self.prefix)
    ours = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(logdir))
    for name in ("encoder/dense/kernel", "decoder/dense_2/bias"):
      np.testing.assert_array_equal(
        theirs.get_tensor(name), ours.get_tensor(name)
      )
    # Adam starts anew: its averages belong to the other run.
    self.assertEqual(ours.get_tensor("decoder/dense_2/bias/Adam").max(), 0)


if __name__ == "__main__":
  absltest.main()
