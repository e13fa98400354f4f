import math

from absl.testing import absltest, parameterized

from vae_graph import charts


class FormatNumberTest(parameterized.TestCase):
  @parameterized.parameters(
    (-1.5, ".2f", "−1.50"),
    (1234.5, ",.1f", "1,234.5"),
    (-1234, ",", "−1,234"),
    (-0.001, ".2f", "0.00"),
    (-0.0, ".3g", "0"),
    (-0.01, ".2f", "−0.01"),
    (0.00002, ".3g", "2e−05"),
  )
  def test_sign(self, value, spec, text):
    self.assertEqual(charts.format_number(value, spec), text)


class ValueRangeTest(absltest.TestCase):
  def test_the_start_does_not_squash_the_curve(self):
    points = [(0.0, -544.0), (1.0, -171.0), (2.0, -150.0)]
    low, high = charts.value_range(points)
    self.assertBetween(low, -180, -171)
    self.assertBetween(high, -150, -140)
    # A value alone is no curve.
    low, high = charts.value_range(points[:2])
    self.assertLess(low, -544)
    self.assertGreater(high, -171)

  def test_nothing_is_cut_off_where_the_curve_stays_readable(self):
    low, high = charts.value_range(
      [(0, -180.0), (1, -160.0), (2, -150.0), (3, -145.0)]
    )
    self.assertLess(low, -180)
    self.assertGreater(high, -145)

  def test_a_constant_has_room_around_it(self):
    for value in (0.0, -150.0, 0.001):
      low, high = charts.value_range([(1, value), (2, value)])
      self.assertLess(low, value)
      self.assertGreater(high, value)

  def test_values_that_are_not_finite_do_not_count(self):
    points = [(1, -171.0), (2, -150.0)]
    unknown = [(3, math.nan), (4, -math.inf)]
    self.assertEqual(
      charts.value_range(points + unknown), charts.value_range(points)
    )
    self.assertEqual(charts.value_range(unknown), (0, 1))


if __name__ == "__main__":
  absltest.main()
