"""New runs that begin with weights of another checkpoint."""

import os
import tempfile

import numpy as np
from absl.testing import absltest

import vae_graph
from tests.training.kept import variables
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf


class StartWeightsTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    # Somebody's, with another decoder than ours.
    self.arrays = {
      "model/q/dense/kernel": np.full([30, 8], 1.0, np.float32),
      "model/q/dense/bias": np.full([8], 2.0, np.float32),
      "model/q/dense_1/kernel": np.full([8, 2], 3.0, np.float32),
      "model/q/dense_1/bias": np.full([2], 4.0, np.float32),
      "model/q/dense_2/kernel": np.full([8, 2], 5.0, np.float32),
      "model/q/dense_2/bias": np.full([2], 6.0, np.float32),
      "model/p/dense/kernel": np.full([2, 99], 7.0, np.float32),
    }
    self.path = os.path.join(self.folder, "old", "model.ckpt")
    with tf.Graph().as_default(), tf.Session() as session:
      each = {name: tf.Variable(v) for name, v in self.arrays.items()}
      session.run(tf.global_variables_initializer())
      tf.train.Saver(each).save(session, self.path)

  def _train(self, name, epochs=0, **training):
    config = toy_config(epochs=epochs, **training)
    logdir = os.path.join(self.folder, name)
    vae_graph.train(config, logdir, dataset=toy_dataset())
    return variables(logdir)

  def test_averages_begin_with_the_weights(self):
    found = self._train(
      "averages",
      init_checkpoint=self.path,
      init_scope=("encoder",),
      init_map=("^model/q/=encoder/",),
      ema_decay=0.9,
    )
    averages = [name for name in found if name.endswith("Average")]
    self.assertNotEmpty(averages)
    for name in averages:
      weight = name.rpartition("/")[0]
      np.testing.assert_array_equal(found[name], found[weight], weight)

  def test_a_scope_under_another_name(self):
    settings = dict(
      init_checkpoint=os.path.dirname(self.path),
      init_scope=("encoder",),
      init_map=("^model/q/=encoder/",),
    )
    plain = self._train("plain")
    found = self._train("run", **settings)
    for name, value in found.items():
      weight = name.replace("encoder/", "model/q/")
      expected = self.arrays.get(weight, plain[name])
      np.testing.assert_array_equal(value, expected, name)
    # It is read at step 0 alone; whoever goes on need not know of it.
    self._train("run", epochs=1)
    config, _ = vae_graph.RunDirectory(f"{self.folder}/run").settings()
    self.assertEqual(config.training.init_map, settings["init_map"])
    with self.assertRaisesRegex(
      errors.RunDirectoryError, "training.init_scope: encoder there, none"
    ):
      self._train("run", epochs=1, **{**settings, "init_scope": ()})

  def test_a_part_of_a_run_of_ours(self):
    first = self._train("first", epochs=1)
    second = self._train(
      "second",
      init_checkpoint=os.path.join(self.folder, "first"),
      init_scope=("decoder/dense", "encoder/dense_1"),
      seed=1,
    )
    for name, value in second.items():
      if not name.endswith(("bias", "kernel")):
        continue
      taken = name.startswith(("decoder/dense/", "encoder/dense_1/"))
      self.assertEqual(np.array_equal(value, first[name]), taken, name)

  def test_what_is_renamed_away_is_missing(self):
    first = os.path.join(self.folder, "first")
    self._train("first", epochs=1)
    for renaming, name in (
      ("^encoder/.*=", "encoder/dense/bias"),
      ("^decoder/dense/=decoder/old/", "decoder/dense/kernel"),
    ):
      with self.assertRaisesRegex(
        errors.CheckpointError, f"does not fit(.*\n)+ +{name} +missing +float32"
      ):
        self._train("second", init_checkpoint=first, init_map=(renaming,))
      self.assertFalse(os.path.exists(os.path.join(self.folder, "second")))
    self._train(
      "second",
      init_checkpoint=first,
      init_map=("^encoder/.*=",),
      init_scope=("decoder",),
    )

  def test_what_is_refused(self):
    for pattern, settings in (
      ("^init_scope says what", dict(init_scope=("encoder",))),
      (
        "init_scope encodr holds no variable .* encoder, decoder and",
        dict(init_checkpoint=self.path, init_scope=("encodr",)),
      ),
      (
        "'.vae/=' matches no variable of .*model/p/dense/kernel",
        dict(init_checkpoint=self.path, init_map=("^vae/=",)),
      ),
      (
        "does not fit the model(.*\n)+.*decoder/dense/kernel +float32 .2, 99",
        dict(
          init_checkpoint=self.path,
          init_map=("^model/q/=encoder/", "^model/p/=decoder/"),
        ),
      ),
    ):
      with self.assertRaisesRegex(errors.VaeGraphError, pattern):
        self._train("run", **settings)
      self.assertFalse(os.path.exists(os.path.join(self.folder, "run")))


if __name__ == "__main__":
  absltest.main()
