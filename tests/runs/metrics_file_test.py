import math
import os
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from tests.data import fake_files
from tests.runs.run_test_case import RunTestCase
from tests.training.file_size_limit import file_size_limit
from vae_graph.runs import records


class MetricsFileTest(RunTestCase):
  def setUp(self):
    super().setUp()
    self.run_directory = self.open()

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
      " with an integer step, and else numbers; remove that line",
    )

  @parameterized.parameters(
    b'{"step": 1, "epoch": "one"}\n',
    b'{"step": 1, "test_elbo": [1]}\n',
    b'{"step": 1, "test_elbo": 1e200}\n',
    b'{"step": 1, "final": true}',
    b'{"step": -1}\n',
    b'{"step": 9223372036854775808}\n',
    b'{"step": 1, "a": ' + 100000 * b"[" + b"\n",
    b"a line without end" * 10**6,
  )
  def test_what_is_no_evaluation_is_damage(self, line):
    self.append(0)
    with open(self.run_directory.metrics_path, "ab") as file:
      file.write(line)
    with fake_files.memory_of_at_most(self, 2**26):
      self.assertIn(
        "metrics.jsonl is damaged in line 2, expected a JSON object with an"
        " integer step, and else numbers",
        self.error_of(self.run_directory.read_metrics),
      )

  def test_an_evaluation_may_lack_all_but_its_step(self):
    self.append(0, 100)
    metrics = self.run_directory.read_metrics()
    self.assertFalse(records.is_stale(metrics, 2))
    self.assertTrue(records.is_stale(metrics, 1))

  @parameterized.parameters(
    ("[]", "it holds no JSON object"),
    ("{}", "it holds no step and numbers"),
    ('{"step": 1, "test_elbo": "x"}', "it holds no step and numbers"),
    ('{"a":' * 100000, "nested too deeply"),
    ("\ufeff{}", "BOM"),
    ('{"step": 1' + "0" * 10000, "cannot be read"),
  )
  def test_the_best_record_is_checked(self, content, message):
    os.mkdir(self.run_directory.best_folder)
    self.write("best/metrics.json", content)
    self.assertIn(message, self.error_of(self.run_directory.read_best))

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

  @parameterized.parameters(0, 1, 15)
  def test_a_full_disk_keeps_no_half_line(self, room):
    self.append(0, 100)
    whole = self.read("metrics.jsonl")
    with file_size_limit(len(whole) + room):
      text = self.error_of(self.run_directory.append_metrics, {"step": 12345})
    self.assertIn("metrics.jsonl cannot be written (File too large)", text)
    self.assertEqual(self.read("metrics.jsonl"), whole)
    self.append(200)
    self.assertEqual(self.steps(), [0, 100, 200])

  def test_folder_in_the_way(self):
    os.mkdir(self.run_directory.metrics_path)
    self.assertEqual(
      self.error_of(self.run_directory.append_metrics, {"step": 0}),
      f"{self.path}/metrics.jsonl cannot be written (Is a directory); mend"
      " that",
    )
    self.assertIn(
      "metrics.jsonl cannot be read (Is a directory)",
      self.error_of(self.run_directory.read_metrics),
    )


if __name__ == "__main__":
  absltest.main()
