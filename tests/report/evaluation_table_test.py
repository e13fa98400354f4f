import math
import re

from absl.testing import absltest

from tests.report import example
from vae_graph.report import figures
from vae_graph.report.evaluation_table import evaluation_table


class EvaluationTableTest(absltest.TestCase):
  def test_figures_with_errors_units_and_notes(self):
    lines = evaluation_table(example.vae().evaluation).splitlines()
    self.assertEqual(
      lines[0], "step 2,400, mnist test split, 10,000 images, gray pixels"
    )
    self.assertEqual(
      lines[1:-1],
      [
        "ELBO                       −143.68 ± 0.50 nats per image",
        "Importance-weighted bound  −141.40 ± 0.50 nats per image"
        " (of a cross-entropy, 1,000 samples an image)",
        "Rate                       6.400 nats per image",
        "Active units               2 (of 2 dimensions)",
        "MMD² to the prior          0.01230"
        " (1.00×10⁻⁵ expected of codes that follow it)",
        "Mean of the codes          [0.02, 0.00]",
        "Covariance of the codes    [1.00, 0.10; 0.10, 1.00]",
        "Nearest-neighbor accuracy  78.63 % (5 neighbors)",
      ],
    )
    self.assertEqual(lines[-1], "warning: the posterior <collapsed>")

  def test_what_is_not_defined_says_why(self):
    lines = evaluation_table(example.mmd_vae().evaluation).splitlines()
    self.assertIn(f"Rate                       — ({example.REASON})", lines)

  def test_a_checkpoint_without_a_step(self):
    text = evaluation_table({"step": None, "images": 1, "elbo": math.nan})
    self.assertEqual(
      text.splitlines(), ["1 image", "ELBO  — (not a finite number)"]
    )

  def test_all_figures_have_a_line_of_their_own(self):
    evaluation = {figure.name: 0.5 for figure in figures.FIGURES}
    evaluation["speed"] = 0.5
    lines = evaluation_table(evaluation).splitlines()[1:]
    self.assertLen(lines, len(figures.FIGURES) + 1)
    # Values stand below each other.
    places = {re.match(r".*?\S {2,}(?=\d)", line).end() for line in lines}
    self.assertEqual(places, {27})


if __name__ == "__main__":
  absltest.main()
