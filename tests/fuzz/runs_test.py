"""What a run keeps beside its checkpoints, and the report made of it."""

import json

from absl.testing import absltest
from hypothesis import strategies as st

from tests.fuzz import fuzzing
from vae_graph import config
from vae_graph.report import ReportRun, build_report
from vae_graph.report.evaluation_table import evaluation_table
from vae_graph.runs import records
from vae_graph.runs.directory import RunDirectory

_SPLIT = {"images": 9, "shape": [2, 2], "dtype": "uint8", "hash": "0a" * 32}
_CONFIG = {
  "config": config.ExperimentConfig().to_dict(),
  "image_shape": [28, 28],
  "versions": {"numpy": "1"},
  "data": {"train": _SPLIT, "test": _SPLIT, "epoch_0_at_step": 0},
}
_RECORDS = [
  {
    "step": 100 * index,
    "epoch": 0.5 * index,
    "test_elbo": -100.5 / (index + 1),
    "test_rate": 5.25,
    "test_distortion": 95.25,
    "train_elbo": None,
    "images_per_second": 1000.5,
  }
  for index in range(4)
]
_EVALUATION = {
  "step": 300,
  "checkpoint": "model.ckpt-300",
  "dataset": "mnist_10k",
  "split": "test",
  "images": 1000,
  "pixels": "gray",
  "code_size": 4,
  "elbo": -150.25,
  "elbo_stderr": 0.75,
  "importance_samples": 100,
  "active_units": 2,
  "code_mean": [0.5, -0.5, 1e-9, None],
  "code_covariance": [[1.0, 0.1, 0, 0], [0.1, 1.0, 0, 0], [0] * 4, [0] * 4],
  "kl_per_dimension": [1.5, 2.5, 0.0, 0.125],
  "knn_accuracy": 0.875,
  "knn_accuracy_stderr": 0.01,
  "neighbors": 5,
  "undefined": {"bits_per_dim": "not of gray pixels"},
  "warnings": ["2 units are not active"],
}


def _texts(values):
  """Returns a strategy of the JSON texts of values, and of damaged ones."""
  plain = json.dumps(_EVALUATION).encode()
  deep = b'{"step":' + b"[" * 100000
  return st.one_of(
    values.map(lambda value: json.dumps(value).encode()),
    values.map(lambda value: json.dumps(value).encode()),
    fuzzing.damaged([plain, deep]),
    st.binary(max_size=50),
    st.just(b'{"step": 1, "epoch": ' + b"9" * 10000 + b"}"),
  )


_LINES = st.lists(
  st.one_of(
    st.sampled_from(_RECORDS).map(lambda value: json.dumps(value).encode()),
    _texts(st.sampled_from(_RECORDS).flatmap(fuzzing.altered_json)),
  ),
  max_size=4,
).map(b"\n".join)


class RunsTest(fuzzing.FuzzTestCase):
  def setUp(self):
    super().setUp()
    self.run_directory = RunDirectory(self.folder)

  @fuzzing.inputs(content=_texts(fuzzing.altered_json(_CONFIG)))
  def test_config_json(self, content):
    self.write("config.json", content)
    found = self.attempt(self.run_directory.settings)
    if found is not None:
      self.assertIsInstance(found.config, config.ExperimentConfig)
    self.attempt(self.run_directory.data)
    self.attempt(
      RunDirectory.open,
      self.folder,
      config.ExperimentConfig(),
      image_shape=(28, 28),
      fingerprint={"train": _SPLIT, "test": _SPLIT},
    )

  @fuzzing.inputs(content=_LINES, end=st.sampled_from((b"", b"\n", b"\r\n")))
  def test_metrics_jsonl(self, content, end):
    run = self.run_directory
    self.write("metrics.jsonl", content + end)
    metrics = self.attempt(run.read_metrics)
    if metrics is None:
      return
    steps = [record["step"] for record in metrics]
    self.assertEqual(steps, sorted(set(steps)))
    self.attempt(records.is_stale, metrics, 1)
    report_run = ReportRun("a", {"model": {}}, metrics)
    self.attempt(build_report, [report_run, report_run._replace(name="b")])
    self.attempt(run.append_metrics, _RECORDS[0])
    self.attempt(run.drop_metrics_after, 100)
    self.assertEqual(
      [record["step"] for record in run.read_metrics()],
      sorted({0, *(step for step in steps if step <= 100)}),
    )

  @fuzzing.inputs(content=_texts(fuzzing.altered_json(_RECORDS[1])))
  def test_best_metrics_json(self, content):
    self.write("best/metrics.json", content)
    best = self.attempt(self.run_directory.read_best)
    if best is not None:
      self.assertIsInstance(records.quality(best), (int, float))

  @fuzzing.inputs(content=_texts(fuzzing.altered_json(_EVALUATION)))
  def test_evaluation_json(self, content):
    self.write("evaluation.json", content)
    evaluation = self.attempt(self.run_directory.read_evaluation)
    if evaluation is not None:
      self.assertIn("\n", evaluation_table({**_EVALUATION, **evaluation}))
      report_run = ReportRun("a", {"model": {}}, (), evaluation)
      self.assertIn("<html", build_report([report_run]))


if __name__ == "__main__":
  absltest.main()
