import json
import math
import os
import tempfile
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from vae_graph import config as configs
from vae_graph import errors
from vae_graph.runs.directory import RunDirectory

SHAPE = (28, 28)


def settings(**parts):
  return configs.ExperimentConfig(**parts)


class RunTestCase(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    temporary = tempfile.TemporaryDirectory()
    self.addCleanup(temporary.cleanup)
    self.path = os.path.join(temporary.name, "runs", "first")

  def read(self, name):
    with open(os.path.join(self.path, name), encoding="utf-8") as file:
      return file.read()

  def write(self, name, text):
    os.makedirs(self.path, exist_ok=True)
    with open(os.path.join(self.path, name), "w", encoding="utf-8") as file:
      file.write(text)

  def edit_config(self, edit):
    content = json.loads(self.read("config.json"))
    edit(content)
    self.write("config.json", json.dumps(content))

  def error_of(self, function, *args):
    """Returns the text of the RunDirectoryError, which must be one line."""
    with self.assertRaises(errors.RunDirectoryError) as caught:
      function(*args)
    text = str(caught.exception)
    self.assertNotIn("\n", text)
    self.assertEqual(caught.exception.exit_code, 1)
    return text


class OpenTest(RunTestCase):
  def test_settings_are_written(self):
    config = settings(model=configs.ModelConfig(hidden_units=(50, 20)))
    run = RunDirectory.open(
      self.path, config, SHAPE, "--hidden_units=50,20\n", {"numpy": "1.18.5"}
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
    config = settings(
      model=configs.ModelConfig(hidden_units=(50, 20), code_size=16),
      training=configs.TrainingConfig(learning_rate=3e-4),
    )
    RunDirectory.open(self.path, config, np.array([32, 32, 3]))
    loaded, image_shape = RunDirectory.load(self.path)
    self.assertEqual(loaded, config)
    self.assertEqual(image_shape, (32, 32, 3))

  def test_same_settings_resume(self):
    RunDirectory.open(self.path, settings(), SHAPE)
    before = self.read("config.json")
    RunDirectory.open(self.path, settings(), list(SHAPE))
    self.assertEqual(self.read("config.json"), before)

  def test_settings_that_may_change_are_replaced(self):
    RunDirectory.open(self.path, settings(), SHAPE, "--epochs=20\n")
    config = settings(
      data=configs.DataConfig(data_dir="/elsewhere"),
      training=configs.TrainingConfig(epochs=50, input_mode="feed"),
      session=configs.SessionConfig(intra_op_threads=3),
    )
    RunDirectory.open(self.path, config, SHAPE, "--epochs=50\n")
    self.assertEqual(RunDirectory.load(self.path).config, config)
    self.assertEqual(self.read("flags.txt"), "--epochs=50\n")

  def test_every_other_difference_is_listed(self):
    RunDirectory.open(self.path, settings(), SHAPE)
    before = self.read("config.json")
    config = settings(
      model=configs.ModelConfig(code_size=16, hidden_units=(500,)),
      data=configs.DataConfig(dataset="fashion_mnist"),
      training=configs.TrainingConfig(learning_rate=1e-4, epochs=50),
      session=configs.SessionConfig(intra_op_threads=3),
    )
    text = self.error_of(RunDirectory.open, self.path, config, (32, 32, 3))
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
    config = settings(training=configs.TrainingConfig(seed=7))
    RunDirectory.open(self.path, config, SHAPE)

    def forget(content):
      del content["config"]["model"]["posterior_scale"]
      del content["config"]["session"]
      del content["versions"]

    self.edit_config(forget)
    self.assertEqual(RunDirectory.load(self.path).config, config)
    RunDirectory.open(self.path, config, SHAPE)
    self.assertIn("posterior_scale", self.read("config.json"))
    other = settings(
      model=configs.ModelConfig(posterior_scale="exp"), training=config.training
    )
    self.assertIn(
      "model.posterior_scale: softplus there, exp asked for",
      self.error_of(RunDirectory.open, self.path, other, SHAPE),
    )

  def test_settings_of_a_newer_version(self):
    RunDirectory.open(self.path, settings(), SHAPE)

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
    self.assertEqual(
      self.error_of(RunDirectory.open, self.path, settings(), SHAPE), expected
    )

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
    (
      '{"config": {"model": {"code_size": 0}}, "image_shape": [28, 28]}',
      "code_size must be at least 1, found 0",
    ),
  )
  def test_damaged_config(self, content, reason):
    self.write("config.json", content)
    for text in (
      self.error_of(RunDirectory.load, self.path),
      self.error_of(RunDirectory.open, self.path, settings(), SHAPE),
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
    self.write("checkpoint", 'model_checkpoint_path: "model.ckpt-600"\n')
    self.assertEqual(
      self.error_of(RunDirectory.open, self.path, settings(), SHAPE),
      f"{self.path} holds checkpoints but no config.json that says of which"
      " model; restore that file or choose another --logdir",
    )
    self.assertEqual(os.listdir(self.path), ["checkpoint"])

  def test_folder_with_other_files_is_fine(self):
    self.write("notes.txt", "mine")
    RunDirectory.open(self.path, settings(), SHAPE)
    self.assertEqual(self.read("notes.txt"), "mine")

  def test_file_in_the_way(self):
    os.makedirs(os.path.dirname(self.path))
    with open(self.path, "w"):
      pass
    self.assertEqual(
      self.error_of(RunDirectory.open, self.path, settings(), SHAPE),
      f"{self.path} is a file, expected a folder; choose another --logdir",
    )
    below = os.path.join(self.path, "run")
    self.assertEqual(
      self.error_of(RunDirectory.open, below, settings(), SHAPE),
      f"{below} cannot be written (Not a directory); mend that or choose"
      " another --logdir",
    )

  def test_folder_in_the_way_of_a_file(self):
    os.makedirs(os.path.join(self.path, "flags.txt"))
    self.assertEqual(
      self.error_of(RunDirectory.open, self.path, settings(), SHAPE),
      f"{self.path}/flags.txt cannot be written (Is a directory); mend that or"
      " choose another --logdir",
    )

  def test_full_disk_leaves_the_old_settings(self):
    RunDirectory.open(self.path, settings(), SHAPE)
    before = self.read("config.json")
    longer = settings(training=configs.TrainingConfig(epochs=50))
    full = OSError(28, "No space left on device")
    with mock.patch.object(os, "fsync", side_effect=full):
      text = self.error_of(RunDirectory.open, self.path, longer, SHAPE)
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


class PathsTest(RunTestCase):
  def test_paths(self):
    run = RunDirectory("run")
    self.assertEqual(run.checkpoint_prefix, "run/model.ckpt")
    self.assertEqual(run.best, "run/best")
    self.assertEqual(run.best_prefix, "run/best/model.ckpt")
    self.assertEqual(run.best_metrics_path, "run/best/metrics.json")
    self.assertEqual(run.train_events, "run/events/train")
    self.assertEqual(run.test_events, "run/events/test")
    self.assertEqual(run.plots, "run/plots")
    self.assertEqual(run.config_path, "run/config.json")
    self.assertEqual(run.flags_path, "run/flags.txt")
    self.assertEqual(run.metrics_path, "run/metrics.jsonl")
    self.assertFalse(os.path.exists("run"))


class MetricsTest(RunTestCase):
  def setUp(self):
    super().setUp()
    self.run_directory = RunDirectory.open(self.path, settings(), SHAPE)

  def append(self, *steps, **values):
    for step in steps:
      self.run_directory.append_metrics(dict(step=step, **values))

  def steps(self):
    return [record["step"] for record in self.run_directory.read_metrics()]

  def test_records_are_read_as_they_were_written(self):
    self.assertEqual(self.run_directory.read_metrics(), [])
    first = {"step": 0, "epoch": 0.0, "test_elbo": -544.25}
    self.run_directory.append_metrics(first)
    self.run_directory.append_metrics(
      {"step": np.int64(600), "epoch": np.float32(1), "test_elbo": -171.5}
    )
    second = {"step": 600, "epoch": 1.0, "test_elbo": -171.5}
    self.assertEqual(self.run_directory.read_metrics(), [first, second])
    self.assertEqual(self.run_directory.metrics_at(600), second)
    self.assertIsNone(self.run_directory.metrics_at(601))

  def test_lines_are_strict_json(self):
    self.append(0, train_elbo=math.nan, test_elbo=-math.inf)
    self.assertEqual(
      self.read("metrics.jsonl"),
      '{"step": 0, "train_elbo": null, "test_elbo": null}\n',
    )
    self.assertIsNone(self.run_directory.metrics_at(0)["train_elbo"])

  @parameterized.parameters({}, {"step": 1.5}, {"step": "1"}, {"step": True})
  def test_record_without_a_step_is_refused(self, **record):
    with self.assertRaisesRegex(ValueError, "an integer step"):
      self.run_directory.append_metrics(record)
    self.assertFalse(os.path.exists(self.run_directory.metrics_path))

  def test_last_line_of_a_step_wins_and_steps_are_in_order(self):
    self.append(0, 100, 200, test_elbo=-9.0)
    self.append(100, test_elbo=-5.0)
    self.assertEqual(self.steps(), [0, 100, 200])
    self.assertEqual(self.run_directory.metrics_at(100)["test_elbo"], -5.0)

  @parameterized.parameters(
    '{"step": 200, "test_el', '{"step": 200', "{", "\0\0\0", "7"
  )
  def test_half_a_line_is_ignored_and_gives_way_to_the_next(self, half):
    self.append(0, 100)
    whole = self.read("metrics.jsonl")
    self.write("metrics.jsonl", whole + half)
    self.assertEqual(self.steps(), [0, 100])
    self.append(200)
    self.assertEqual(self.steps(), [0, 100, 200])
    self.assertEqual(self.read("metrics.jsonl"), whole + '{"step": 200}\n')

  def test_half_a_character_is_ignored(self):
    self.append(0)
    with open(self.run_directory.metrics_path, "ab") as file:
      file.write(b'{"step": 1, "note": "\xc3')
    self.assertEqual(self.steps(), [0])
    self.append(2)
    self.assertEqual(self.steps(), [0, 2])

  def test_whole_line_that_lacks_only_its_end_counts(self):
    self.append(0)
    self.write("metrics.jsonl", self.read("metrics.jsonl") + '{"step": 100}')
    self.assertEqual(self.steps(), [0, 100])
    self.append(200)
    self.assertEqual(self.steps(), [0, 100, 200])
    self.assertLen(self.read("metrics.jsonl").splitlines(), 3)

  def test_damage_within_the_file_is_an_error(self):
    self.write("metrics.jsonl", '{"step": 0}\n\n{"st\n{"step": 2}\n')
    self.assertEqual(
      self.error_of(self.run_directory.read_metrics),
      f"{self.path}/metrics.jsonl is damaged in line 3, expected a JSON object"
      " with an integer step; remove that line",
    )

  def test_records_after_a_step_can_be_dropped(self):
    self.append(0, 100, 200, 300)
    self.run_directory.drop_metrics_after(100)
    self.assertEqual(self.read("metrics.jsonl"), '{"step": 0}\n{"step": 100}\n')
    self.run_directory.drop_metrics_after(100)
    self.assertEqual(self.steps(), [0, 100])
    self.append(200)
    self.assertEqual(self.steps(), [0, 100, 200])

  def test_dropping_from_no_file_makes_none(self):
    self.run_directory.drop_metrics_after(100)
    self.assertFalse(os.path.exists(self.run_directory.metrics_path))

  def test_failing_drop_keeps_all_records(self):
    self.append(0, 100, 200)
    full = OSError(28, "No space left on device")
    with mock.patch.object(os, "fsync", side_effect=full):
      text = self.error_of(self.run_directory.drop_metrics_after, 0)
    self.assertIn("metrics.jsonl cannot be written (No space left", text)
    self.assertEqual(self.steps(), [0, 100, 200])

  def test_folder_in_the_way(self):
    os.mkdir(self.run_directory.metrics_path)
    self.assertEqual(
      self.error_of(self.run_directory.append_metrics, {"step": 0}),
      f"{self.path}/metrics.jsonl cannot be written (Is a directory); mend"
      " that or choose another --logdir",
    )
    self.assertIn(
      "metrics.jsonl cannot be read (Is a directory)",
      self.error_of(self.run_directory.read_metrics),
    )

  def test_best_record(self):
    self.assertIsNone(self.run_directory.read_best())
    for elbo in (-171.5, -144.0):
      record = {"step": 600, "test_elbo": elbo, "train_elbo": None}
      self.run_directory.write_best(dict(record, train_elbo=math.nan))
      self.assertEqual(self.run_directory.read_best(), record)
    self.assertEqual(os.listdir(self.run_directory.best), ["metrics.json"])

  def test_damaged_best_record(self):
    self.run_directory.write_best({"step": 600})
    self.write("best/metrics.json", '{"step"')
    text = self.error_of(self.run_directory.read_best)
    self.assertStartsWith(text, f"{self.path}/best/metrics.json cannot be read")


if __name__ == "__main__":
  absltest.main()
