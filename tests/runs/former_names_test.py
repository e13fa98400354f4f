import json

from absl.testing import absltest

from tests.runs.run_test_case import RunTestCase
from vae_graph.runs.directory import RunDirectory


class FormerNamesTest(RunTestCase):
  def test_are_read_as_the_names_of_today(self):
    self.write(
      "evaluation.json",
      json.dumps(
        {
          "step": 20,
          "checkpoint": "neighbours/grey/model.ckpt-20",
          "dataset": "grey",
          "pixels": "grey",
          "neighbours": 5,
          "dequantisation": "uniform",
          "undefined": {"bits_per_dim": "grey pixels have no probability"},
        }
      ),
    )
    self.assertEqual(
      RunDirectory(self.path).read_evaluation(),
      {
        "step": 20,
        "checkpoint": "neighbours/grey/model.ckpt-20",
        "dataset": "grey",
        "pixels": "gray",
        "neighbors": 5,
        "dequantization": "uniform",
        "undefined": {"bits_per_dim": "gray pixels have no probability"},
      },
    )

  def test_what_is_no_log_likelihood_has_its_own_name(self):
    reason = "grey pixels under likelihood bernoulli have no probability; use"
    figures = {"log_likelihood": -141.1, "log_likelihood_stderr": 0.5}
    self.write(
      "evaluation.json",
      json.dumps({**figures, "undefined": {"bits_per_dim": reason}}),
    )
    reason = reason.replace("grey", "gray")
    self.assertEqual(
      RunDirectory(self.path).read_evaluation(),
      {
        "importance_weighted_bound": -141.1,
        "importance_weighted_bound_stderr": 0.5,
        "log_likelihood": None,
        "undefined": {"bits_per_dim": reason, "log_likelihood": reason},
      },
    )
    # Of black and white pixels it is one.
    for undefined in ({}, {"bits_per_dim": "the images are float32"}):
      evaluation = {**figures, "undefined": undefined}
      self.write("evaluation.json", json.dumps(evaluation))
      self.assertEqual(RunDirectory(self.path).read_evaluation(), evaluation)


if __name__ == "__main__":
  absltest.main()
