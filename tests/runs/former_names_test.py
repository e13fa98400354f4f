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


if __name__ == "__main__":
  absltest.main()
