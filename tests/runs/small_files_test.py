import json
import math
import os

from absl.testing import absltest

from tests.runs.run_test_case import RunTestCase
from vae_graph.runs.directory import RunDirectory


class SmallFilesTest(RunTestCase):
  """The files of a single record."""

  def test_best_record(self):
    run = self.open()
    self.assertIsNone(run.read_best())
    for elbo in (-171.5, -144.0):
      record = {"step": 600, "test_elbo": elbo, "train_elbo": None}
      run.write_best(dict(record, train_elbo=math.nan))
      self.assertEqual(run.read_best(), record)
    self.assertEqual(os.listdir(run.best_folder), ["metrics.json"])

  def test_damaged_best_record(self):
    run = self.open()
    run.write_best({"step": 600})
    self.write("best/metrics.json", '{"step"')
    text = self.error_of(run.read_best)
    self.assertStartsWith(text, f"{self.path}/best/metrics.json cannot be read")

  def test_the_last_evaluation_and_all(self):
    run = self.open()
    self.assertIsNone(run.read_evaluation())
    # The last is of a checkpoint from elsewhere.
    for step in (600, 1200, 600, None):
      evaluation = {"step": step, "elbo": -171.5, "neighbors": 5}
      run.write_evaluation(evaluation)
      self.assertEqual(run.read_evaluation(), evaluation)
      self.assertEqual(json.loads(self.read("evaluation.json")), evaluation)
    lines = self.read("evaluations.jsonl").splitlines()
    steps = [json.loads(line)["step"] for line in lines]
    self.assertEqual(steps, [600, 1200, 600])

  def test_damaged_evaluation(self):
    self.write("evaluation.json", "[]")
    self.assertEqual(
      self.error_of(RunDirectory(self.path).read_evaluation),
      f"{self.path}/evaluation.json cannot be read (it holds no JSON object);"
      " restore it or choose another --logdir",
    )

  def test_where_an_imported_run_began(self):
    run = self.open()
    self.assertIsNone(run.read_imported_from())
    origin = {"checkpoint": "/old/model.ckpt-12", "step": 12}
    run.write_imported_from(origin)
    self.assertEqual(run.read_imported_from(), origin)
    for damaged in ({"step": 12}, dict(origin, step="12")):
      run.write_imported_from(damaged)
      self.assertStartsWith(
        self.error_of(run.read_imported_from),
        f"{self.path}/imported_from.json cannot be read",
      )


if __name__ == "__main__":
  absltest.main()
