import math

from absl.testing import absltest, parameterized

from vae_graph.report import figures, readings

NAMED = {figure.name: figure for figure in figures.FIGURES}


class FormatTest(parameterized.TestCase):
  @parameterized.parameters(
    (-143.6828, 0.5016, "−143.68"),
    (-143.6828, 12.3, "−144"),
    (6.4075, 0.0091, "6.4075"),
    (143.6828, 0, "143.7"),
    (0.038412, 0, "0.03841"),
    (0.000412, 0, "0.0004120"),
    (-0.0000123, 0, "−1.23×10⁻⁵"),
    (12345.6, 0, "12,346"),
    (10000, 0, "10,000"),
    (0.0, 0, "0"),
    ("gray", 0, "gray"),
    (math.nan, 0, "—"),
    (-math.inf, 0.5, "—"),
    (None, 0, "—"),
  )
  def test_numbers(self, value, stderr, text):
    self.assertEqual(readings.format_value(value, stderr), text)

  @parameterized.parameters(
    ([0.02, -0.001], "[0.02, 0.00]"),
    ([1.0, math.nan, None], "[1.00, —, —]"),
    ([3.0, -0.5, 1.0, 2.0], "−0.50 to 3.00"),
    ([math.nan, 3.0, None, -0.5], "−0.50 to 3.00"),
    ([None] * 4, "—"),
    ([[math.nan] * 4] * 4, "—"),
    ([[1.0, -0.2], [-0.2, 0.9]], "[1.00, −0.20; −0.20, 0.90]"),
    (
      [[1.5, 0, 0, 0], [0, 2, 0, -0.3], [0, 0, 1, 0], [0, -0.3, 0, 1]],
      "variances 1.00 to 2.00, others within ±0.30",
    ),
    ([], "[]"),
  )
  def test_vectors_and_matrices(self, value, text):
    self.assertEqual(readings.format_value(value), text)


class ReadTest(absltest.TestCase):
  def test_value_with_its_error_and_note(self):
    evaluation = {
      "log_likelihood": -141.37,
      "log_likelihood_stderr": 0.497,
      "importance_samples": 1000,
    }
    reading = readings.read(NAMED["log_likelihood"], evaluation)
    self.assertEqual(str(reading), "−141.37 ± 0.50")
    self.assertEqual(reading.note, "1,000 samples an image")
    del evaluation["importance_samples"]
    self.assertEmpty(readings.read(NAMED["log_likelihood"], evaluation).note)

  def test_shares_are_percent(self):
    evaluation = {"knn_accuracy": 0.97312, "knn_accuracy_stderr": 0.0016}
    reading = readings.read(NAMED["knn_accuracy"], evaluation)
    self.assertEqual(str(reading), "97.31 ± 0.16")

  def test_what_is_missing_says_why(self):
    reasons = {
      "not evaluated": None,
      "no density": {"elbo": None, "undefined": {"elbo": "no density"}},
      "not a finite number": {"elbo": math.nan},
    }
    for reason, evaluation in reasons.items():
      reading = readings.read(NAMED["elbo"], evaluation)
      self.assertEqual(str(reading), f"— ({reason})")
    reading = readings.read(NAMED["elbo"], {"rate": 1.0})
    self.assertEqual(reading.reason, "not evaluated")


class FiguresTest(absltest.TestCase):
  def test_every_figure_is_described(self):
    for figure in figures.FIGURES:
      self.assertTrue(figure.title and figure.meaning, figure.name)
      self.assertIn(figure.better, ("", "higher", "lower"))
    self.assertLen(NAMED, len(figures.FIGURES))
    self.assertContainsSubset(figures.OVERVIEW, NAMED)

  def test_figures_are_in_the_order_of_the_table_and_none_is_lost(self):
    found = figures.figures_of(
      [
        {"speed": 1.0, "rate": 2.0, "rate_stderr": 0.1, "images": 5},
        {"undefined": {"elbo": "why"}, "split": "test"},
      ]
    )
    self.assertEqual([f.name for f in found], ["elbo", "rate", "speed"])

  def test_data_in_words(self):
    evaluation = {"split": "test", "images": 10000, "pixels": "gray"}
    self.assertEqual(
      figures.describe_data(evaluation),
      "test split, 10,000 images, gray pixels",
    )
    evaluation["dataset"] = "mnist"
    self.assertStartsWith(
      figures.describe_data(evaluation), "mnist test split, "
    )
    self.assertEqual(figures.describe_data({"images": 1}), "1 image")


if __name__ == "__main__":
  absltest.main()
