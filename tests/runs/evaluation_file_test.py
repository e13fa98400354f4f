import json

from absl.testing import absltest, parameterized

from tests.runs.run_test_case import RunTestCase
from vae_graph.report.evaluation_table import evaluation_table

_EVALUATION = {
  "step": 300,
  "split": "test",
  "images": 1000,
  "elbo": -150.25,
  "elbo_stderr": 0.75,
  "kl_per_dimension": [1.5, None, 0.0, 2.5],
  "code_covariance": [[1.0, None], [None, 1.0]],
  "undefined": {"mmd": "why"},
  "warnings": ["one"],
}


class EvaluationFileTest(RunTestCase):
  def _read(self, **changes):
    run = self.open()
    self.write("evaluation.json", json.dumps({**_EVALUATION, **changes}))
    return run.read_evaluation()

  def test_what_evaluations_hold_is_read(self):
    self.assertEqual(self._read(), _EVALUATION)
    self.assertEqual(self._read(elbo=None, step=None)["elbo"], None)
    self.assertEqual(
      self._read(own="text", weights={"hash": "0a"})["own"], "text"
    )

  def test_nan_of_another_program_is_a_missing_figure(self):
    self.assertIsNone(self._read(elbo=float("nan"))["elbo"])
    self.assertIsNone(self._read(elbo=float("inf"))["elbo"])

  def test_figures_that_are_missing_in_a_vector_are_passed_over(self):
    lines = evaluation_table(self._read()).splitlines()
    (line,) = [line for line in lines if line.startswith("KL per dimension")]
    self.assertIn("0.00 to 2.50", line)

  @parameterized.parameters(
    ("step", -1),
    ("step", 2**63),
    ("step", "300"),
    ("step", True),
    ("images", 1.5),
    ("split", ["test"]),
    ("elbo", 1e101),
    ("elbo", 10**400),
    ("elbo_stderr", "x"),
    ("kl_per_dimension", [1.0, "x"]),
    ("code_covariance", [[1.0, 2.0]]),
    ("undefined", {"mmd": 1}),
    ("undefined", "why"),
    ("warnings", "one"),
    ("warnings", [1]),
  )
  def test_a_value_of_another_kind_is_damage(self, name, value):
    self.assertRegex(
      self.error_of(self._read, **{name: value}),
      f"evaluation.json cannot be read .its '{name}' is none.; restore it",
    )


if __name__ == "__main__":
  absltest.main()
