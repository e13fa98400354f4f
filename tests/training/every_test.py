from absl.testing import absltest, parameterized

from vae_graph.training.every import Every


class EveryTest(parameterized.TestCase):
  @parameterized.parameters(1, 2, 5, 600)
  def test_due_at_all_multiples_and_next_at_the_first_of_them(self, period):
    every = Every(period)
    multiples = set(range(0, 1300, period))
    for step in range(700):
      self.assertEqual(every.due(step), step in multiples)
      later = min(each for each in multiples if each > step)
      self.assertEqual(every.next_step(step), later)

  def test_zero_is_never(self):
    for step in (0, 1, 7):
      self.assertFalse(Every(0).due(step))
      self.assertIsNone(Every(0).next_step(step))


if __name__ == "__main__":
  absltest.main()
