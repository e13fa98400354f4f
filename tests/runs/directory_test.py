import json
import os
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from tests.runs.run_test_case import SHAPE, RunTestCase
from vae_graph import config as configs
from vae_graph.runs.directory import RunDirectory


class OpenTest(RunTestCase):
  def test_settings_are_written(self):
    model = configs.ModelConfig(hidden_units=(50, 20))
    config = configs.ExperimentConfig(model=model)
    run = self.open(
      config,
      flags_text="--hidden_units=50,20\n",
      versions={"numpy": "1.18.5"},
    )
    self.assertEqual(run.path, self.path)
    self.assertEqual(
      json.loads(self.read("config.json")),
      {
        "config": config.to_dict(),
        "image_shape": [28, 28],
        "versions": {"numpy": "1.18.5"},
      },
    )
    self.assertEqual(self.read("flags.txt"), "--hidden_units=50,20\n")
    self.assertCountEqual(os.listdir(self.path), ["config.json", "flags.txt"])

  def test_load_returns_what_was_opened(self):
    config = configs.ExperimentConfig(
      model=configs.ModelConfig(hidden_units=(50, 20), code_size=16),
      training=configs.TrainingConfig(learning_rate=3e-4),
    )
    self.open(config, image_shape=np.array([32, 32, 3]))
    run = RunDirectory.load(self.path)
    self.assertEqual(run.path, self.path)
    loaded, image_shape = run.settings()
    self.assertEqual(loaded, config)
    self.assertEqual(image_shape, (32, 32, 3))

  def test_same_settings_resume(self):
    self.open()
    before = self.read("config.json")
    self.open(image_shape=list(SHAPE))
    self.assertEqual(self.read("config.json"), before)

  def test_settings_that_may_change_are_replaced(self):
    before = configs.ExperimentConfig(data=configs.DataConfig(dataset="mnist"))
    self.open(before, flags_text="--epochs=20\n")
    config = configs.ExperimentConfig(
      data=configs.DataConfig(dataset="mnist", data_dir="/elsewhere"),
      training=configs.TrainingConfig(epochs=50, input_mode="feed"),
      session=configs.SessionConfig(intra_op_threads=3),
    )
    self.open(config, flags_text="--epochs=50\n")
    self.assertEqual(RunDirectory(self.path).settings().config, config)
    self.assertEqual(self.read("flags.txt"), "--epochs=50\n")

  def test_a_batch_may_change_where_no_figure_is_of_it(self):
    def config(size, objective):
      return configs.ExperimentConfig(
        objective=configs.ObjectiveConfig(objective=objective),
        training=configs.TrainingConfig(eval_batch_size=size),
      )

    self.open(config(1000, "elbo"))
    self.open(config(50, "elbo"))
    self.path += "_mmd"
    self.open(config(1000, "infovae"))
    text = self.error_of(self.open, config(50, "infovae"))
    self.assertIn("training.eval_batch_size: 1000 there, 50 asked", text)

  def test_every_other_difference_is_listed(self):
    self.open()
    before = self.read("config.json")
    config = configs.ExperimentConfig(
      model=configs.ModelConfig(code_size=16, hidden_units=(500,)),
      data=configs.DataConfig(dataset="fashion_mnist"),
      training=configs.TrainingConfig(learning_rate=1e-4, epochs=50),
      session=configs.SessionConfig(intra_op_threads=3),
    )
    text = self.error_of(self.open, config, image_shape=(32, 32, 3))
    self.assertEqual(
      text,
      f"{self.path} holds a run with other settings"
      " (model.hidden_units: 200,200 there, 500 asked for;"
      " model.code_size: 2 there, 16 asked for;"
      " data.dataset: mnist_10k there, fashion_mnist asked for;"
      " training.learning_rate: 0.001 there, 0.0001 asked for;"
      " image_shape: 28,28 there, 32,32,3 asked for);"
      " choose another --logdir or the old settings",
    )
    self.assertEqual(self.read("config.json"), before)

  def test_settings_missing_in_an_old_file_have_their_defaults(self):
    config = configs.ExperimentConfig(training=configs.TrainingConfig(seed=7))
    self.open(config)

    def forget(content):
      del content["config"]["model"]["posterior_scale"]
      del content["config"]["session"]
      del content["versions"]

    self.edit_config(forget)
    self.assertEqual(RunDirectory(self.path).settings().config, config)
    self.open(config)
    self.assertIn("posterior_scale", self.read("config.json"))
    other = configs.ExperimentConfig(
      model=configs.ModelConfig(posterior_scale="exp"), training=config.training
    )
    self.assertIn(
      "model.posterior_scale: softplus there, exp asked for",
      self.error_of(self.open, other),
    )

  def test_settings_of_a_newer_version(self):
    self.open()

    def add(content):
      content["config"]["model"]["wings"] = 2
      content["config"]["flight"] = {}

    self.edit_config(add)
    expected = (
      f"{self.path}/config.json has settings unknown here (flight,"
      " model.wings), so a newer version of vae_graph wrote it; update"
      " vae_graph or choose another --logdir"
    )
    self.assertEqual(self.error_of(RunDirectory.load, self.path), expected)
    self.assertEqual(self.error_of(self.open), expected)

  @parameterized.parameters(
    ('{"config": {"mod', "Unterminated string"),
    ("", "Expecting value"),
    ("[]", "it holds no JSON object"),
    ('{"image_shape": [28, 28]}', "it lacks the settings, `config`"),
    ('{"config": {"model": 2}}', "it lacks the settings, `config`"),
    ('{"config": {}}', "`image_shape` is null, expected 2 or 3 sizes"),
    (
      '{"config": {}, "image_shape": [28, 0]}',
      "`image_shape` is [28, 0], expected 2 or 3 sizes",
    ),
    ('{"config": {}, "image_shape": [65536, 32768]}', "expected 2 or 3 sizes"),
    (
      '{"config": {"model": {"code_size": 1e999}}, "image_shape": [28, 28]}',
      "code_size must be a finite number, found inf",
    ),
    (
      '{"config": {"objective": {"beta": 1%s}}, "image_shape": [28, 28]}'
      % (400 * "0"),
      "beta must be a finite number, found 1000",
    ),
    (
      '{"config": {"model": {"code_size": 0}}, "image_shape": [28, 28]}',
      "code_size must be at least 1, found 0",
    ),
  )
  def test_damaged_config(self, content, reason):
    self.write("config.json", content)
    for text in (
      self.error_of(RunDirectory.load, self.path),
      self.error_of(self.open),
    ):
      self.assertStartsWith(text, f"{self.path}/config.json cannot be read (")
      self.assertIn(reason, text)
      self.assertEndsWith(text, "; restore it or choose another --logdir")
    self.assertEqual(self.read("config.json"), content)

  def test_config_that_is_no_text(self):
    self.write("config.json", "")
    with open(os.path.join(self.path, "config.json"), "wb") as file:
      file.write(b"\xff\xfe\x00")
    self.assertIn("cannot be read", self.error_of(RunDirectory.load, self.path))

  def test_checkpoints_without_settings(self):
    for name, found in (
      ("checkpoint", "a list of checkpoints (checkpoint)"),
      ("model.ckpt-7.meta", "files of checkpoints (step 7)"),
      ("best/model.ckpt-6.index", "files of checkpoints (step 6)"),
      ("damaged/x", f"damaged checkpoints (in {self.path}/damaged)"),
    ):
      path = os.path.join(self.path, name)
      os.makedirs(os.path.dirname(path), exist_ok=True)
      self.write(name, "")
      self.assertEqual(
        self.error_of(self.open),
        f"{self.path} holds {found} but no config.json that says of which"
        " model; restore that file or choose another --logdir",
      )
      os.remove(path)
    self.assertCountEqual(os.listdir(self.path), ["best", "damaged"])

  def test_folder_with_other_files_is_fine(self):
    self.write("notes.txt", "mine")
    self.open()
    self.assertEqual(self.read("notes.txt"), "mine")

  def test_file_in_the_way(self):
    os.makedirs(os.path.dirname(self.path))
    with open(self.path, "w"):
      pass
    self.assertEqual(
      self.error_of(self.open),
      f"{self.path} is a file, expected a folder; choose another --logdir",
    )
    below = os.path.join(self.path, "run")
    self.assertEqual(
      self.error_of(
        RunDirectory.open, below, configs.ExperimentConfig(), image_shape=SHAPE
      ),
      f"{self.path} is a file, expected a folder; choose another --logdir",
    )

  def test_folder_in_the_way_of_a_file(self):
    os.makedirs(os.path.join(self.path, "flags.txt"))
    self.assertEqual(
      self.error_of(self.open),
      f"{self.path}/flags.txt cannot be written (Is a directory); mend that",
    )

  def test_full_disk_leaves_the_old_settings(self):
    self.open()
    before = self.read("config.json")
    training = configs.TrainingConfig(epochs=50)
    longer = configs.ExperimentConfig(training=training)
    full = OSError(28, "No space left on device")
    with mock.patch.object(os, "fsync", side_effect=full):
      text = self.error_of(self.open, longer)
    self.assertIn("config.json cannot be written (No space left on dev", text)
    self.assertEqual(self.read("config.json"), before)

  def test_load_where_there_is_no_run(self):
    self.assertEqual(
      self.error_of(RunDirectory.load, self.path),
      f"{self.path} does not exist, expected the directory of a run; check"
      " --logdir",
    )
    os.makedirs(self.path)
    self.assertEqual(
      self.error_of(RunDirectory.load, self.path),
      f"{self.path} has no config.json, expected the directory of a run; check"
      " --logdir",
    )

  def test_load_of_what_is_no_folder(self):
    os.makedirs(os.path.dirname(self.path))
    os.symlink("nowhere", self.path)
    self.assertIn(
      f"{self.path} is a link to nowhere, expected a folder",
      self.error_of(RunDirectory.load, self.path),
    )
    os.remove(self.path)
    with open(self.path, "w"):
      pass
    self.assertIn(
      f"{self.path} is a file, expected a folder",
      self.error_of(RunDirectory.load, self.path),
    )

  def test_load_without_permission(self):
    # Root has all permissions, and tests may run as root.
    denied = PermissionError(13, "Permission denied")
    with mock.patch.object(os, "stat", side_effect=denied):
      text = self.error_of(RunDirectory.load, self.path)
    self.assertStartsWith(text, f"{self.path} cannot be read (Permission den")


class PathsTest(RunTestCase):
  def test_paths(self):
    run = RunDirectory("run")
    self.assertEqual(run.checkpoint_prefix, "run/model.ckpt")
    self.assertEqual(run.best_folder, "run/best")
    self.assertEqual(run.best_prefix, "run/best/model.ckpt")
    self.assertEqual(run.best_metrics_path, "run/best/metrics.json")
    self.assertEqual(run.train_events_folder, "run/events/train")
    self.assertEqual(run.test_events_folder, "run/events/test")
    self.assertEqual(run.plots_folder, "run/plots")
    self.assertEqual(run.plot_path("codes"), "run/plots/codes.png")
    self.assertEqual(
      run.plot_path("codes", step=600), "run/plots/step-00000600/codes.png"
    )
    self.assertEqual(run.evaluation_path, "run/evaluation.json")
    self.assertEqual(run.evaluations_path, "run/evaluations.jsonl")
    self.assertEqual(run.report_path, "run/report.html")
    self.assertEqual(run.config_path, "run/config.json")
    self.assertEqual(run.flags_path, "run/flags.txt")
    self.assertEqual(run.metrics_path, "run/metrics.jsonl")
    self.assertFalse(os.path.exists("run"))


if __name__ == "__main__":
  absltest.main()
