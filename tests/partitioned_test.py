"""Variables that a partitioner of the caller's scope divides into shards."""

import os
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import initializers
from vae_graph.compat import tf

MODEL = vae_graph.ModelConfig(
  hidden_units=(5,), prior="mixture", prior_components=4
)
FIXED = tf.fixed_size_partitioner(2)
# Three rows of the first kernel a shard.
BY_SIZE = tf.variable_axis_size_partitioner(3 * 5 * 4)


def by_column(shape, **unused):
  """A partitioner of a program's own, of the last axis."""
  del unused
  return [1] * (shape.ndims - 1) + [min(2, int(shape[-1]))]


def make_vae(partitioner, model_config=MODEL, image_shape=(4, 4)):
  with tf.variable_scope("", partitioner=partitioner):
    return vae_graph.VAE(model_config, image_shape)


def train(folder, partitioner):
  """Trains two steps of a model.

  Returns:
    Its checkpoints' paths, before and after; losses; the number of variables.
  """
  with tf.Graph().as_default(), tf.Session() as session:
    vae = make_vae(partitioner)
    images = np.random.RandomState(0).rand(6, 4, 4).astype(np.float32)
    loss = vae_graph.elbo_mc(vae, images, seed=(1, 2)).loss
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    train_step = optimizer.minimize(loss, var_list=vae.variables)
    saver = tf.train.Saver()
    session.run(tf.global_variables_initializer())
    prefix = os.path.join(folder, f"{len(vae.variables)}_variables")
    paths, losses = [saver.save(session, prefix, 0)], []
    for _ in range(2):
      losses.append(session.run([loss, train_step])[0])
    paths.append(saver.save(session, prefix, 2))
    return paths, losses, len(vae.variables)


def read(path):
  reader = tf.train.NewCheckpointReader(path)
  return {
    name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()
  }


class PartitionedTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())

  def _assert_same(self, path, expected_path, rtol=0.0):
    found, expected = read(path), read(expected_path)
    self.assertEqual(found.keys(), expected.keys())
    for name, value in expected.items():
      np.testing.assert_allclose(
        found[name], value, rtol=rtol, atol=1e-6 if rtol else 0, err_msg=name
      )

  def test_trains_like_the_whole_model_and_restores_either_way(self):
    (whole_before, whole), whole_losses, whole_count = train(self.folder, None)
    for partitioner in (by_column, BY_SIZE):
      (before, after), losses, count = train(self.folder, partitioner)
      self.assertGreater(count, whole_count)
      # Under the joined names: the weights, and the optimizer's slots.
      self._assert_same(before, whole_before)
      self._assert_same(after, whole, rtol=1e-4)
      np.testing.assert_allclose(losses, whole_losses, rtol=1e-5)
    # From no shards to shards, to other shards, and to none.
    path, expected = whole, read(whole)
    for number, partitioner in enumerate((by_column, BY_SIZE, None)):
      with tf.Graph().as_default(), tf.Session() as session:
        vae = make_vae(partitioner)
        saver = tf.train.Saver(vae.variables)
        prefix = os.path.join(self.folder, f"restored_{number}")
        vae_graph.restore_by_name(path, vae.variables)(session)
        by_name = saver.save(session, prefix + "_by_name")
        session.run([variable.initializer for variable in vae.variables])
        saver.restore(session, path)
        path = saver.save(session, prefix + "_by_saver")
      for restored in (by_name, path):
        for name, value in read(restored).items():
          np.testing.assert_array_equal(value, expected[name], name)

  @parameterized.parameters(
    {"network": "tanh_conv", "posterior": "iaf"},
    {
      "hidden_units": (8,),
      "posterior": "full_covariance",
      "prior": "vamp",
      "prior_components": 3,
    },
  )
  def test_initial_values_of_other_parts(self, **settings):
    model_config = vae_graph.ModelConfig(**settings)
    values = []
    for partitioner in (FIXED, None):
      with tf.Graph().as_default(), tf.Session() as session:
        vae = make_vae(partitioner, model_config, (13, 13))
        session.run([each.initializer for each in vae.variables])
        saver = tf.train.Saver(vae.variables)
        path = saver.save(session, os.path.join(self.folder, "initial"))
        values.append(read(path))
    shards, whole = values
    self.assertEqual(shards.keys(), whole.keys())
    for name, value in whole.items():
      np.testing.assert_array_equal(shards[name], value, name)

  @parameterized.parameters(True, False)
  def test_shards_of_other_programs(self, use_resource):
    """Restores into resource and reference variables that are not ours."""

    def make(partitioner):
      return tf.get_variable(
        "kernel",
        [7, 2],
        initializer=initializers.standard_normal("kernel"),
        partitioner=partitioner,
        use_resource=use_resource,
      )

    with tf.Graph().as_default(), tf.Session() as session:
      whole = make(None)
      session.run(whole.initializer)
      expected = session.run(whole)
      path = tf.train.Saver().save(session, os.path.join(self.folder, "other"))
    with tf.Graph().as_default(), tf.Session() as session:
      partitioned = make(FIXED)
      for variables in (
        partitioned,
        [partitioned],
        tf.global_variables(),
        {"kernel": partitioned},
      ):
        vae_graph.restore_by_name(path, variables)(session)
        found = session.run(tf.convert_to_tensor(partitioned))
        np.testing.assert_array_equal(found, expected)


if __name__ == "__main__":
  absltest.main()
