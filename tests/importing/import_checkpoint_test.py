import dataclasses
import errno
import os
import re
import tempfile
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests import original_script
from tests.importing import foreign
from tests.training import kept
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runs.checkpoint_saver import CheckpointSaver

DATASET = dataclasses.replace(toy_dataset(), class_names=tuple("abcdef"))
V1 = tf.train.SaverDef.V1


def one_level(name):
  """All layers in one count, as a graph of `tf.layers` without scopes."""
  top, layer, variable = name.split("/")
  number = int((layer.split("_") + ["0"])[1])
  number += 4 + (3 if top == "decoder" else 0)
  return f"vae/dense_{number}/{variable}"


def in_parts(arrays):
  """Arrays as variables that a partitioner divided, each saved by itself."""
  parts = {}
  for name, value in arrays.items():
    if value.ndim == 2 and "/Adam" not in name:
      for number, part in enumerate(np.array_split(value, 3)):
        parts[f"{name}/part_{number}"] = part
    else:
      parts[name] = value
  return parts


class ImportCheckpointTest(parameterized.TestCase):
  """Imports what a run of ours has saved, under names of others."""

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    # Not enter_context, which classes have from Python 3.8 on.
    cls._temporary = tempfile.TemporaryDirectory()
    cls.whole = os.path.join(cls._temporary.name, "whole")
    vae_graph.train(toy_config(epochs=3), cls.whole, dataset=DATASET)
    cls.middle = foreign.read(os.path.join(cls.whole, "model.ckpt-12"))

  @classmethod
  def tearDownClass(cls):
    cls._temporary.cleanup()
    super().tearDownClass()

  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.source = os.path.join(self.folder, "source")
    os.mkdir(self.source)
    self.path = os.path.join(self.source, "old.ckpt")
    self.logdir = os.path.join(self.folder, "run")

  def _import(self, path=None, config=None, dry_run=False, **settings):
    self.shown = []
    return vae_graph.import_checkpoint(
      path or self.path,
      self.logdir,
      experiment_config=config or toy_config(),
      import_config=vae_graph.ImportConfig(**settings),
      dataset=DATASET,
      flags_text="--batch_size=10\n",
      dry_run=dry_run,
      show=self.shown.append,
    )

  def _refused(self, error, pattern, path=None, **kwargs):
    before = kept.contents(self.folder)
    with self.assertRaisesRegex(error, pattern) as caught:
      self._import(path, **kwargs)
    self.assertNotIn("\n", str(caught.exception))
    self.assertEqual(kept.contents(self.folder), before)

  @parameterized.named_parameters(
    ("scope", "model/{}".format, "model/", {}),
    ("one_level_in_the_older_format", one_level, "", dict(write_version=V1)),
    ("parts", "m/{}".format, "", {}),
  )
  def test_training_goes_on_as_it_would_have(self, rename, scope, saver):
    arrays = foreign.rename(self.middle, rename, scope=scope)
    if self._testMethodName.endswith("parts"):
      arrays = in_parts(arrays)
      self.assertIn("m/decoder/dense/kernel/part_2", arrays)
    foreign.write(self.path, arrays, **saver)
    result = self._import()
    self.assertEqual(result.step, 12)
    trained = vae_graph.train(
      toy_config(epochs=3), self.logdir, dataset=DATASET
    )
    self.assertEqual((trained.step, trained.complete), (18, True))
    expected, found = map(kept.variables, (self.whole, self.logdir))
    self.assertEqual(found.keys(), expected.keys())
    for name, value in expected.items():
      np.testing.assert_array_equal(found[name], value, name)

  def test_what_it_evaluates_and_writes(self):
    foreign.write(self.path, foreign.rename(self.middle, one_level))
    result = self._import(self.source)
    (record,) = [
      each for each in kept.records(self.whole) if each["step"] == 12
    ]
    self.assertAlmostEqual(
      result.means["elbo"], record["test_elbo"], delta=1e-4
    )
    self.assertLess(result.untrained["elbo"], result.means["elbo"])
    self.assertEqual((result.layout, result.images), ("tf_layers", 23))
    run = vae_graph.RunDirectory.load(self.logdir)
    self.assertEqual(run.settings().config, toy_config())
    self.assertEqual(run.data().class_names, DATASET.class_names)
    with open(run.flags_path, encoding="utf-8") as file:
      self.assertEqual(file.read(), "--batch_size=10\n")
    origin = run.read_imported_from()
    self.assertEqual(origin["checkpoint"], self.path)
    self.assertEqual(origin["layout"], "tf_layers")
    self.assertEqual(
      origin["variables"]["decoder/dense/kernel"], "vae/dense_7/kernel"
    )
    self.assertCountEqual(
      origin["sha256"], ["old.ckpt.index", "old.ckpt.data-00000-of-00001"]
    )
    # Training of which this is past the end evaluates it.
    trained = vae_graph.train(
      toy_config(epochs=1), self.logdir, dataset=DATASET
    )
    self.assertTrue(trained.complete)
    self.assertEqual(trained.metrics["step"], 12)
    self.assertAlmostEqual(
      trained.metrics["test_elbo"], record["test_elbo"], delta=1e-4
    )
    (table,) = self.shown
    self.assertRegex(table, r"vae/dense_7/kernel  +decoder/dense/kernel  +\[2")

  def test_averages_that_there_are_or_are_not(self):
    config = toy_config(ema_decay=0.9)
    arrays = foreign.rename(self.middle, str)
    foreign.write(self.path, arrays)
    self._import(config=config)
    found = kept.variables(self.logdir)
    name = "encoder/dense/bias"
    average = f"{name}/ExponentialMovingAverage"
    np.testing.assert_array_equal(found[average], found[name])
    # And such as another program kept.
    other = os.path.join(self.source, "other.ckpt")
    averages = {
      f"{each.op.name}": arrays[each.op.name] + 1 for each in self._variables()
    }
    arrays.update(
      {
        f"{each}/ExponentialMovingAverage": value
        for each, value in averages.items()
      }
    )
    foreign.write(other, arrays)
    self.logdir += "2"
    self._import(other, config=config)
    found = kept.variables(self.logdir)
    np.testing.assert_array_equal(found[average], averages[name])
    np.testing.assert_array_equal(found[name], arrays[name])

  def _variables(self):
    with tf.Graph().as_default():
      return vae_graph.VAE(toy_config().model, (6, 5)).variables

  def test_what_is_renamed(self):
    foreign.write(
      self.path, {**foreign.rename(self.middle, one_level), "c/x": [1.0]}
    )
    self._refused(errors.CheckpointError, "extra: c/x.*--allow_extra")
    self._refused(errors.ConfigError, "matches no variable of", map=("^vea/=",))
    self._refused(errors.ConfigError, "OLD_REGEX=NEW", map=("^vae/",))
    self._refused(
      errors.ConfigError, "both become dense_4", map=(".*=dense_4",)
    )
    self._import(map=("^c/.*=", "^vae/dense_(.)/=vae/dense_1\\1/"))

  def test_another_model(self):
    foreign.write(self.path, foreign.rename(self.middle, "a/{}".format))
    config = toy_config()
    config = dataclasses.replace(
      config, model=vae_graph.ModelConfig(hidden_units=(8, 8), code_size=3)
    )
    self._refused(
      errors.CheckpointError,
      "does not fit.*--hidden_units=8 --code_size=2;",
      config=config,
      allow_missing=True,
      allow_extra=True,
    )
    self.assertIn("other shape, found [8, 2]", self.shown[0])

  def test_a_partial_one(self):
    arrays = foreign.rename(self.middle, str)
    arrays.pop("decoder/dense_1/bias")
    foreign.write(self.path, arrays)
    self._refused(errors.CheckpointError, "missing: decoder/dense_1/bias")
    self._import(allow_missing=True)

  def test_a_dry_run_writes_nothing(self):
    foreign.write(self.path, self.middle)
    before = kept.contents(self.folder)
    self.assertEqual(self._import(dry_run=True).step, 12)
    self.assertEqual(kept.contents(self.folder), before)

  def test_a_folder_that_is_not_empty(self):
    foreign.write(self.path, self.middle)
    os.mkdir(self.logdir)
    self._import()
    self._refused(errors.OutputError, "run holds a run already; remove it or")
    self.logdir = self.source
    self._refused(errors.OutputError, "source holds something already")
    self.logdir = self.path + ".index"
    self._refused(errors.OutputError, "index holds something already")

  @parameterized.parameters(-5, 7.5, 2**60, float("nan"), "x", [[3, 4]])
  def test_a_step_that_is_none(self, step):
    arrays = {**self.middle, "global_step": step}
    foreign.write(self.path, foreign.rename(arrays, str, scope="m.1/"))
    self._refused(
      errors.CheckpointError,
      r"m.1/global_step is .* --map=\^m\\.1/global_step\$= leaves it out",
    )
    self.assertEqual(self._import(map=(r"^m\.1/global_step$=",)).step, 0)

  def test_a_damaged_one(self):
    foreign.write(self.path, self.middle)
    path = self.path + ".data-00000-of-00001"
    os.truncate(path, os.path.getsize(path) // 2)
    self._refused(errors.UnreadableCheckpointError, "old.ckpt cannot be read")
    self.assertEmpty(self.shown)

  def test_what_is_not_finite(self):
    arrays = dict(self.middle)
    arrays["decoder/dense_1/bias"] = np.full(30, np.nan, np.float32)
    foreign.write(self.path, arrays)
    self._refused(errors.NonFiniteError, "test images is nan; take an earlier")

  def test_init_checkpoint(self):
    self._refused(
      errors.ConfigError,
      "init_checkpoint is where",
      config=toy_config(init_checkpoint=self.whole),
    )

  @parameterized.parameters(
    (OSError(errno.ENOSPC, "No space left on device"), errors.OutputError),
    (kept.Killed(), kept.Killed),
  )
  def test_an_end_in_mid_write(self, cause, error):
    foreign.write(self.path, self.middle)
    original = CheckpointSaver.save

    def save(self, *args, **kwargs):
      original(self, *args, **kwargs)
      raise cause

    pattern = "" if error is kept.Killed else "run cannot be written .*--to$"
    with mock.patch.object(CheckpointSaver, "save", save):
      self._refused(error, pattern)


class OriginalScriptTest(absltest.TestCase):
  def test_imports_to_the_same_elbo_with_its_slots(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    prefix = os.path.join(folder, "old", "model.ckpt")
    logdir = os.path.join(folder, "run")
    random = np.random.RandomState(0)
    images = random.randint(256, size=(50, 28, 28)).astype(np.uint8)
    pixels = images / np.float32(255)
    noise = random.randn(50, 2).astype(np.float32)

    def make_train_step(loss):
      step = tf.train.get_or_create_global_step()
      return tf.train.AdamOptimizer(0.001).minimize(loss, global_step=step)

    expected = original_script.train(
      prefix,
      pixels,
      noise,
      scope="model",
      make_train_step=make_train_step,
    )
    split = vae_graph.Split(images, None)
    dataset = vae_graph.Dataset(split, split)
    config = vae_graph.ExperimentConfig(
      training=vae_graph.TrainingConfig(batch_size=10, train_steps=25)
    )
    result = vae_graph.import_checkpoint(
      prefix, logdir, experiment_config=config, dataset=dataset
    )
    self.assertEqual((result.step, result.layout), (20, "by_name"))
    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(config.model, (28, 28))
      elbo = original_script.elbo_of_vae(vae, pixels, noise)
      vae_graph.restore_by_name(logdir, vae.variables)(session)
      self.assertAlmostEqual(session.run(elbo), expected, delta=1e-3)
    theirs, ours = foreign.read(prefix), kept.variables(logdir)
    self.assertLen(ours, len(theirs))
    for name, value in theirs.items():
      # Slots may have the scope twice.
      found = ours[re.sub("^(model/)+", "", name)]
      np.testing.assert_array_equal(found, value, name)
    trained = vae_graph.train(config, logdir, dataset=dataset)
    self.assertEqual((trained.step, trained.complete), (25, True))
    found = kept.variables(logdir)["beta1_power"]
    np.testing.assert_allclose(found, 0.9**26, rtol=1e-5)


if __name__ == "__main__":
  absltest.main()
