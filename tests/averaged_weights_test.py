"""The ways to the averaged weights of a model in a graph of one's own."""

import os
import tempfile

import numpy as np
from absl.testing import absltest

import vae_graph
from vae_graph.compat import tf

MODEL = vae_graph.ModelConfig(hidden_units=(5,), prior="mixture")
IMAGES = np.random.RandomState(0).rand(6, 4, 4).astype(np.float32)


def make_elbo(vae):
  terms = vae_graph.elbo_mc(vae, IMAGES, seed=(1, 2))
  return terms, tf.reduce_mean(terms.elbo)


def make_averaged(vae, average):
  """The model that the docs describe, of averages, in the same graph."""
  variables = {variable.op.name: variable for variable in vae.variables}

  def read_average(getter, name, *args, **kwargs):
    del getter, args, kwargs
    return average.average(variables[name[len("averaged/") :]])

  with tf.variable_scope("averaged", custom_getter=read_average):
    return vae_graph.VAE(MODEL, (4, 4))


class AveragedWeightsTest(absltest.TestCase):
  def test_every_way_gives_the_same(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(MODEL, (4, 4))
      terms, elbo = make_elbo(vae)
      average = tf.train.ExponentialMovingAverage(0.5)
      update = tf.train.AdamOptimizer(0.1).minimize(terms.loss)
      with tf.control_dependencies([update]):
        train_step = average.apply(vae.variables)
      before = tf.trainable_variables()
      _, averaged_elbo = make_elbo(make_averaged(vae, average))
      self.assertEqual(tf.trainable_variables(), before)
      session.run(tf.global_variables_initializer())
      for _ in range(5):
        session.run(train_step)
      path = tf.train.Saver().save(session, os.path.join(folder, "model"))
      last, expected = session.run([elbo, averaged_elbo])
    self.assertNotAlmostEqual(last, expected, delta=0.01)

    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(MODEL, (4, 4))
      _, elbo = make_elbo(vae)
      names = tf.train.ExponentialMovingAverage(0.5).variables_to_restore(
        vae.variables
      )
      for restore in (
        vae_graph.restore_by_name(path, vae.variables, averaged=True),
        vae_graph.restore_by_name(path, names),
        lambda session: tf.train.Saver(names).restore(session, path),
      ):
        session.run(tf.global_variables_initializer())
        restore(session)
        self.assertAlmostEqual(session.run(elbo), expected, delta=1e-5)


if __name__ == "__main__":
  absltest.main()
