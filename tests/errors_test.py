from absl.testing import absltest

from vae_graph import errors


class ErrorsTest(absltest.TestCase):
  def test_a_name_with_line_breaks_leaves_one_line(self):
    for kind in (errors.VaeGraphError, errors.ConfigError, errors.DataError):
      error = kind("a\nb\u2028c: found nothing")
      self.assertEqual(str(error), "a b c: found nothing")

  def test_a_table_stands_below_the_line(self):
    error = errors.CheckpointMismatchError("a\nb:", "  c\n  d")
    self.assertEqual(str(error), "a b:\n  c\n  d")


if __name__ == "__main__":
  absltest.main()
