import dataclasses
import glob
import json
import os
import shutil
import tempfile
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.crash import Crash
from tests.training.kept import variables
from tests.training.toy import any_pixels, toy_config, toy_dataset
from vae_graph import errors, parts, registry
from vae_graph.compat import tf
from vae_graph.priors import Prior


class AfterRun(tf.train.SessionRunHook):
  """Calls a function after each run of the training op."""

  def __init__(self, function):
    self._function = function

  def after_run(self, run_context, run_values):
    del run_context, run_values
    self._function()


class TrainTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(folder, "run")
    self.folder = folder

  def _train(self, config, logdir=None, **kwargs):
    return vae_graph.train(
      config, logdir or self.logdir, dataset=toy_dataset(), **kwargs
    )

  @parameterized.parameters(
    ({"epochs": 3, "steps_per_run": 4}, 18),
    ({"epochs": 1, "steps_per_run": 100}, 6),
    ({"train_steps": 20, "steps_per_run": 7}, 20),
    ({"train_steps": 5, "steps_per_run": 0}, 5),
    ({"train_steps": 7, "input_mode": "feed"}, 7),
    ({"epochs": 0}, 0),
  )
  def test_ends_exactly_where_asked(self, settings, last_step):
    result = self._train(toy_config(**settings))
    self.assertEqual(result.step, last_step)
    self.assertTrue(result.complete)
    self.assertEqual(variables(self.logdir)["global_step"], last_step)
    self.assertEqual(result.metrics["step"], last_step)

  @parameterized.parameters(
    {"input_mode": "feed", "binarization": "none"},
    {"input_mode": "feed", "binarization": "dynamic"},
    {"input_mode": "resident", "binarization": "none", "ema_decay": 0.9},
    {"input_mode": "resident", "binarization": "dynamic"},
  )
  def test_a_killed_run_resumes_to_the_same_bits(self, **settings):
    config = toy_config(epochs=3, checkpoint_every_steps=4, **settings)
    whole = os.path.join(self.folder, "whole")
    self._train(config, whole)
    for crash_step in (1, 9, 10, 17):
      with self.assertRaises(ZeroDivisionError):
        self._train(config, extra_hooks=[Crash(crash_step)])
    result = self._train(config)
    self.assertEqual(result.step, 18)
    expected, found = variables(whole), variables(self.logdir)
    self.assertEqual(expected.keys(), found.keys())
    for name, value in expected.items():
      np.testing.assert_array_equal(value, found[name], name)
    for one, other in zip(self._metrics(whole), self._metrics(self.logdir)):
      self.assertEqual(
        {k: v for k, v in one.items() if k.startswith("test")},
        {k: v for k, v in other.items() if k.startswith("test")},
      )
    self.assertEqual(
      [record["step"] for record in self._metrics(self.logdir)], [0, 6, 12, 18]
    )

  def _metrics(self, logdir):
    with open(os.path.join(logdir, "metrics.jsonl"), encoding="utf-8") as file:
      return [json.loads(line) for line in file]

  def test_a_run_can_go_on_for_more_epochs_in_another_input_mode(self):
    whole = os.path.join(self.folder, "whole")
    self._train(toy_config(epochs=4), whole)
    self._train(toy_config(epochs=2, input_mode="feed"))
    self._train(toy_config(epochs=4, input_mode="resident", steps_per_run=5))
    for name, value in variables(whole).items():
      np.testing.assert_array_equal(value, variables(self.logdir)[name], name)

  def test_a_run_can_be_moved(self):
    self._train(toy_config(epochs=1, keep_checkpoints=1))
    moved = os.path.join(self.folder, "moved")
    os.rename(self.logdir, moved)
    result = self._train(toy_config(epochs=2, keep_checkpoints=1), moved)
    self.assertEqual(result.step, 12)
    self.assertEqual([m["step"] for m in self._metrics(moved)], [0, 6, 12])
    self.assertLen(glob.glob(os.path.join(moved, "model.ckpt-*.index")), 1)
    self.assertFalse(os.path.exists(self.logdir))

  def test_a_complete_run_is_left_as_it_is(self):
    first = self._train(toy_config())
    before = self._metrics(self.logdir)
    self.assertEqual(self._train(toy_config()), first)
    self.assertEqual(self._metrics(self.logdir), before)

  def test_keeps_the_last_checkpoints_and_the_best(self):
    self._train(toy_config(epochs=4, keep_checkpoints=2))
    state = tf.train.get_checkpoint_state(self.logdir)
    steps = [
      path.rpartition("-")[2] for path in state.all_model_checkpoint_paths
    ]
    self.assertEqual(steps, ["18", "24"])
    records = self._metrics(self.logdir)
    best = max(records, key=lambda record: record["test_elbo"])
    path = tf.train.latest_checkpoint(os.path.join(self.logdir, "best"))
    self.assertEqual(path.rpartition("-")[2], str(best["step"]))
    self.assertLen(glob.glob(os.path.join(self.logdir, "best", "*.index")), 1)
    with open(
      os.path.join(self.logdir, "best", "metrics.json"), encoding="utf-8"
    ) as file:
      self.assertEqual(json.load(file)["test_elbo"], best["test_elbo"])

  def test_a_worse_step_after_a_resume_does_not_replace_the_best(self):
    self._train(toy_config(epochs=4))
    best = os.path.join(self.logdir, "best", "metrics.json")
    with open(best, encoding="utf-8") as file:
      record = json.load(file)
    record["test_elbo"] = 1e9
    with open(best, "w", encoding="utf-8") as file:
      json.dump(record, file)
    self._train(toy_config(epochs=6))
    with open(best, encoding="utf-8") as file:
      self.assertEqual(json.load(file), record)

  @parameterized.parameters((None, "json has gone"), ("{", "cannot be read"))
  def test_the_best_is_found_in_the_history(self, content, cause):
    self._train(toy_config(epochs=1))
    best = os.path.join(self.logdir, "best", "metrics.json")
    os.remove(best)
    if content is not None:
      with open(best, "w", encoding="utf-8") as file:
        file.write(content)
    # Which nothing beats.
    path = os.path.join(self.logdir, "metrics.jsonl")
    lines = [dict(each, test_elbo=1e9) for each in self._metrics(self.logdir)]
    with open(path, "w", encoding="utf-8") as file:
      file.writelines(json.dumps(each) + "\n" for each in lines)
    with self.assertLogs("vae_graph", level="WARNING") as logs:
      self._train(toy_config(epochs=3))
    self.assertLen(logs.output, 1)
    self.assertRegex(logs.output[0], f"{cause}.*; the record of step 6 in ")
    (index,) = glob.glob(os.path.join(self.logdir, "best", "*.index"))
    self.assertEndsWith(index, "-6.index")

  def test_checkpoints_by_steps_are_exact_for_any_steps_per_run(self):
    self._train(toy_config(epochs=2, steps_per_run=5, checkpoint_every_steps=4))
    found = glob.glob(os.path.join(self.logdir, "model.ckpt-*.index"))
    steps = {int(path.split("-")[-1].split(".")[0]) for path in found}
    self.assertEqual(steps, {4, 6, 8, 12, 0})

  def test_checkpoints_by_seconds(self):
    self._train(
      toy_config(
        epochs=1,
        steps_per_run=1,
        eval_every_epochs=0,
        checkpoint_every_seconds=1e-6,
      )
    )
    found = glob.glob(os.path.join(self.logdir, "model.ckpt-*.index"))
    self.assertLen(found, 5)  # The last five of 0, ..., 6.

  def test_codes_that_overflow_do_not_end_training(self):
    dataset = toy_dataset(dtype=np.float32)
    dataset.test.images[3] = np.inf
    with any_pixels():
      result = vae_graph.train(toy_config(), self.logdir, dataset=dataset)
    self.assertTrue(result.complete)

  def test_plots(self):
    self._train(toy_config(epochs=2, plot_every_epochs=1))
    names = ["codes", "reconstructions", "samples", "training_curve"]
    for folder in ("", "step-00000006", "step-00000012"):
      found = glob.glob(os.path.join(self.logdir, "plots", folder, "*.png"))
      self.assertEqual(
        sorted(os.path.basename(path)[:-4] for path in found), names
      )

  def test_a_loss_that_is_not_finite_ends_training(self):
    config = toy_config(epochs=5, learning_rate=1e20, checkpoint_every_steps=1)
    with self.assertRaisesRegex(
      errors.NonFiniteError, r"not finite .*training step \d+"
    ) as caught:
      self._train(config)
    self.assertNotIn("\n", str(caught.exception))
    for name, value in variables(self.logdir).items():
      self.assertTrue(np.isfinite(value).all(), name)

  def test_a_nan_term_is_named_with_its_step(self):
    dataset = toy_dataset(dtype=np.float32)
    dataset.train.images[5] = np.nan
    with any_pixels(), self.assertRaisesRegex(
      errors.NonFiniteError, r"distortion.* in training step [1-6] "
    ):
      vae_graph.train(toy_config(), self.logdir, dataset=dataset)

  def test_a_figure_that_no_loss_uses_may_be_infinite(self):
    class Nowhere(Prior):
      """Of density 0 at every code."""

      def __init__(self, model_config, vae):
        del model_config, vae

      def _sample(self, n, seed):
        return tf.zeros([n, 2])

      def _log_prob(self, code):
        return tf.log(0.0 * tf.reduce_sum(code, axis=-1))

    with mock.patch.dict(
      registry.PRIORS.data, {"nowhere": parts.Prior(Nowhere, reads=())}
    ):
      result = self._train(
        dataclasses.replace(
          toy_config(),
          model=vae_graph.ModelConfig(hidden_units=(8,), prior="nowhere"),
          objective=vae_graph.ObjectiveConfig(objective="elbo_mc", beta=0.0),
        )
      )
    self.assertTrue(result.complete)
    for name in ("train_rate", "test_rate", "train_elbo", "test_elbo"):
      self.assertIsNone(result.metrics[name], name)
    for name in ("train_loss", "test_loss", "test_distortion"):
      self.assertTrue(np.isfinite(result.metrics[name]), name)

  def test_bytes_are_what_a_discretized_likelihood_needs(self):
    model = vae_graph.ModelConfig(likelihood="discretized_logistic")
    config = dataclasses.replace(toy_config(), model=model)
    with self.assertRaisesRegex(
      errors.ConfigError, "images are float32; store"
    ):
      vae_graph.train(
        config, self.logdir, dataset=toy_dataset(dtype=np.float32)
      )
    self.assertFalse(os.path.exists(self.logdir))
    self.assertTrue(self._train(config).complete)

  @parameterized.parameters(
    (lambda x: x.astype(np.float32) / 127.5 - 1, "pixels from -1.0 to 1.0"),
    (lambda x: x.astype(np.float32), "pixels from 0.0 to 255.0"),
    (lambda x: x * np.float32(np.nan), "pixels that are NaN"),
    (lambda x: x.astype(np.int64) * 4, "from 0 to 1020 .*; scale them to fl"),
    (lambda x: x.astype(str), "pixels of type <U"),
    (
      lambda x: x.reshape(-1, 3, 5, 8),
      r"transpose them, by images.transpose\(0, 2, 3, 1\); or Dataset\(..., ch",
    ),
  )
  def test_what_no_given_data_set_may_be(self, change, message):
    train, test = toy_dataset(shape=(10, 12))
    dataset = vae_graph.Dataset(
      *(each._replace(images=change(each.images)) for each in (train, test))
    )
    with self.assertRaisesRegex(
      errors.DataError, f"^the data set given.*: found .*{message}"
    ) as caught:
      vae_graph.train(toy_config(), self.logdir, dataset=dataset)
    self.assertNotIn("white_level", str(caught.exception))
    self.assertFalse(os.path.exists(self.logdir))

  def test_a_data_set_that_is_none_is_refused(self):
    images = toy_dataset().train.images
    with self.assertRaisesRegex(
      errors.DataError, "type ndarray, expected a va"
    ):
      vae_graph.train(toy_config(), self.logdir, dataset=images)
    self.assertFalse(os.path.exists(self.logdir))

  def test_a_given_data_set_is_brought_to_the_standard(self):
    """One whose shape misleads, too; and a run goes on with it."""
    train, test = (
      each._replace(
        images=np.repeat(each.images[:, :3].astype(np.int64), 7, 3),
        labels=each.labels.astype(np.int64),
      )
      for each in toy_dataset(shape=(6, 8, 1))
    )
    dataset = vae_graph.Dataset(
      train, test, class_names=range(7, 13), channels_last=True
    )
    for epochs in (0, 1):
      result = vae_graph.train(
        toy_config(epochs=epochs), self.logdir, dataset=dataset
      )
    self.assertEqual(result.step, 6)
    run = vae_graph.RunDirectory(self.logdir)
    self.assertEqual(run.data().class_names, tuple(map(str, range(7, 13))))
    self.assertEqual(run.data().fingerprint["train"]["dtype"], "uint8")
    self.assertEqual(run.settings().image_shape, (3, 8, 7))

  def test_another_configuration_is_refused(self):
    self._train(toy_config())
    with self.assertRaisesRegex(
      errors.RunDirectoryError, "training.learning_rate.*0.01.*0.5"
    ):
      self._train(toy_config(learning_rate=0.5))

  def test_other_data_are_refused_unless_allowed(self):
    self._train(toy_config(epochs=2))
    half = toy_dataset(num_train=32)
    with self.assertRaisesRegex(
      errors.RunDirectoryError, "64 train images.* there, 32 .*allow_other_data"
    ):
      vae_graph.train(toy_config(epochs=4), self.logdir, dataset=half)
    self.assertEqual(variables(self.logdir)["global_step"], 12)
    result = vae_graph.train(
      toy_config(epochs=4), self.logdir, dataset=half, allow_other_data=True
    )
    # Two epochs of six steps, and then of three.
    self.assertEqual((result.step, result.complete), (18, True))
    epochs = [record["epoch"] for record in self._metrics(self.logdir)]
    self.assertEqual(epochs, [0, 1, 2, 3, 4])

  def test_epochs_of_other_data_count_from_the_checkpoint_that_is_whole(self):
    self._train(toy_config(epochs=2))
    (path,) = glob.glob(os.path.join(self.logdir, "model.ckpt-12.data*"))
    os.truncate(path, 1000)
    result = vae_graph.train(
      toy_config(epochs=4),
      self.logdir,
      dataset=toy_dataset(num_train=32),
      allow_other_data=True,
    )
    # An epoch of six steps, and then three of three.
    self.assertEqual((result.step, result.metrics["epoch"]), (15, 4))

  def test_one_trainer_a_folder(self):
    def train_too():
      with self.assertRaisesRegex(errors.RunDirectoryError, "in training by"):
        self._train(toy_config())

    result = self._train(toy_config(), extra_hooks=[AfterRun(train_too)])
    self.assertTrue(result.complete)
    self.assertNotIn("trainer.lock", os.listdir(self.logdir))

  def test_a_folder_that_goes_in_mid_run(self):
    def remove():
      shutil.rmtree(self.logdir)

    with self.assertRaisesRegex(errors.RunDirectoryError, "is no longer the"):
      self._train(toy_config(steps_per_run=1), extra_hooks=[AfterRun(remove)])
    self.assertFalse(os.path.exists(self.logdir))

  def test_should_stop_ends_early_with_a_checkpoint(self):
    calls = []

    def should_stop():
      calls.append(None)
      return len(calls) == 3

    result = self._train(
      toy_config(epochs=9, steps_per_run=1), should_stop=should_stop
    )
    self.assertEqual((result.step, result.complete), (3, False))
    self.assertEqual(variables(self.logdir)["global_step"], 3)

  def test_extra_hooks_see_the_steps_they_ask_for(self):
    seen = []

    class EveryFour(tf.train.SessionRunHook):
      def next_step(self, step):
        return step // 4 * 4 + 4

      def after_run(self, run_context, run_values):
        step = run_context.session.run(tf.train.get_global_step())
        seen.append(int(step))

    self._train(toy_config(epochs=2), extra_hooks=[EveryFour()])
    self.assertContainsSubset([4, 8, 12], seen)

  def test_early_stopping_ends_a_run_that_gets_no_better(self):
    # With such a learning rate the weights only get worse.
    config = toy_config(epochs=30, learning_rate=3.0, optimizer="adam")
    config = dataclasses.replace(
      config,
      training=dataclasses.replace(config.training, early_stopping=3),
    )
    result = self._train(config)
    elbos = [record["test_elbo"] for record in self._metrics(self.logdir)]
    self.assertTrue(result.complete)
    self.assertLess(result.step, 180)
    self.assertLess(max(elbos[-3:]), max(elbos[:-3]))
    self.assertTrue(
      os.path.exists(os.path.join(self.logdir, "plots", "codes.png"))
    )
    # The same command has nothing to do, one with more patience has.
    self.assertEqual(self._train(config), result)
    patient = dataclasses.replace(
      config,
      training=dataclasses.replace(config.training, early_stopping=4),
    )
    self.assertGreater(self._train(patient).step, result.step)

  def test_a_model_without_density_is_judged_by_its_loss(self):
    config = dataclasses.replace(
      toy_config(epochs=4),
      model=vae_graph.ModelConfig(hidden_units=(8,), posterior="deterministic"),
      objective=vae_graph.ObjectiveConfig(objective="mmd_vae"),
    )
    result = self._train(config)
    self.assertNotIn("test_elbo", result.metrics)
    records = self._metrics(self.logdir)
    best = min(records, key=lambda record: record["test_loss"])
    path = tf.train.latest_checkpoint(os.path.join(self.logdir, "best"))
    self.assertEqual(path.rpartition("-")[2], str(best["step"]))
    self.assertTrue(
      os.path.exists(os.path.join(self.logdir, "plots", "codes.png"))
    )

  def test_evaluation_uses_the_averages_of_the_weights(self):
    plain = os.path.join(self.folder, "plain")
    self._train(toy_config(), plain)
    self._train(toy_config(ema_decay=0.99))
    one, other = variables(plain), variables(self.logdir)
    for name, value in one.items():
      np.testing.assert_array_equal(value, other[name], name)
    # A model with the averages for weights evaluates to the same figures.
    suffix = "/ExponentialMovingAverage"
    averages = {
      name[: -len(suffix)]: value
      for name, value in other.items()
      if name.endswith(suffix)
    }
    with tf.Graph().as_default(), tf.Session() as session:
      made = [tf.Variable(value, name=name) for name, value in averages.items()]
      session.run(tf.global_variables_initializer())
      path = tf.train.Saver(made).save(
        session, os.path.join(self.folder, "averages", "model.ckpt")
      )
    third = os.path.join(self.folder, "third")
    self._train(toy_config(epochs=0, init_checkpoint=path), third)
    expected = self._metrics(third)[0]["test_elbo"]
    self.assertAlmostEqual(
      self._metrics(self.logdir)[-1]["test_elbo"], expected, places=4
    )
    self.assertNotAlmostEqual(
      self._metrics(plain)[-1]["test_elbo"], expected, places=4
    )

  def test_evaluation_counts_every_image_once(self):
    # 23 test images in batches of 10, 10 and 3, or all at once: with another
    # batching the noise differs, so compare what has none.
    elbos = []
    for size in (10, 23):
      logdir = os.path.join(self.folder, str(size))
      self._train(toy_config(epochs=0, eval_batch_size=size), logdir)
      elbos.append(self._metrics(logdir)[0]["test_rate"])
    self.assertAlmostEqual(elbos[0], elbos[1], places=5)


if __name__ == "__main__":
  absltest.main()
