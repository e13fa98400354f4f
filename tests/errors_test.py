from absl.testing import absltest

from vae_graph import errors


class ErrorsTest(absltest.TestCase):
  def test_a_name_with_line_breaks_leaves_one_line(self):
    for kind in (errors.VaeGraphError, errors.ConfigError, errors.DataError):
      error = kind("a\nb\u2028c: found nothing")
      self.assertEqual(str(error), "a b c: found nothing")

  def test_a_table_stands_below_the_line(self):
    self.assertEqual(str(errors.CheckpointError("a:\n  b")), "a:\n  b")


if __name__ == "__main__":
  absltest.main()
