"""Checkpoints of Danijar Hafner's script restore by name, to the same ELBO."""

import os
import tempfile

import numpy as np
from absl.testing import absltest

import vae_graph
from vae_graph.compat import tf, tfd


def dense(inputs, units, activation=None):
  """`tf.layers.dense`, by its variables' names where Keras 3 has removed it."""
  try:
    return tf.layers.dense(inputs, units, activation)
  except AttributeError:
    with tf.variable_scope(None, default_name="dense"):
      shape = [int(inputs.shape[-1]), units]
      kernel = tf.get_variable("kernel", shape)
      bias = tf.get_variable("bias", [units])
      outputs = tf.matmul(inputs, kernel) + bias
      return outputs if activation is None else activation(outputs)


def make_encoder(data, code_size):
  hidden = tf.reshape(data, [-1, 28 * 28])
  hidden = dense(hidden, 200, tf.nn.relu)
  hidden = dense(hidden, 200, tf.nn.relu)
  loc = dense(hidden, code_size)
  scale = dense(hidden, code_size, tf.nn.softplus)
  return tfd.MultivariateNormalDiag(loc, scale)


def make_decoder(code, data_shape):
  hidden = dense(code, 200, tf.nn.relu)
  hidden = dense(hidden, 200, tf.nn.relu)
  logit = dense(hidden, np.prod(data_shape))
  logit = tf.reshape(logit, [-1] + data_shape)
  return tfd.Independent(tfd.Bernoulli(logit), 2)


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
    with tf.Graph().as_default(), tf.Session() as session:
      tf.set_random_seed(1)
      encoder = tf.make_template("encoder", make_encoder)
      decoder = tf.make_template("decoder", make_decoder)
      data = tf.placeholder(tf.float32, [None, 28, 28])
      prior = tfd.MultivariateNormalDiag(tf.zeros(2), tf.ones(2))
      posterior = encoder(data, code_size=2)
      # The script samples; here the noise is fixed, to compare.
      code = posterior.mean() + posterior.stddev() * self.noise
      likelihood = decoder(code, [28, 28]).log_prob(data)
      divergence = tfd.kl_divergence(posterior, prior)
      elbo = tf.reduce_mean(likelihood - divergence)
      optimize = tf.train.AdamOptimizer(0.001).minimize(-elbo)
      session.run(tf.global_variables_initializer())
      for _ in range(20):
        session.run(optimize, {data: self.images})
      tf.train.Saver().save(session, self.prefix)
      return session.run(elbo, {data: self.images})

  def test_restores_by_name_with_the_same_elbo(self):
    expected = self._train_original()
    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(vae_graph.ModelConfig(), (28, 28))
      posterior = vae.encode(self.images)
      code = posterior.mean + posterior.stddev * self.noise
      distortion = -vae.decode(code).log_prob(self.images)
      elbo = -tf.reduce_mean(distortion + posterior.kl_divergence(vae.prior))
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
