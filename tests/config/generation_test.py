from absl.testing import absltest, parameterized

from vae_graph import errors
from vae_graph.config.generation import KINDS, GenerationConfig


class GenerationConfigTest(parameterized.TestCase):
  @parameterized.parameters(
    (dict(what=("samples", "sample")), "what must be of samples.*'sample'"),
    (dict(dimensions=(1,)), "two different ones.*found 1$"),
    (dict(dimensions=(1, 1)), "two different ones.*found 1,1"),
    (dict(dimensions=(0, 1, 2)), "two different ones.*found 0,1,2"),
    (dict(dimensions=(-1, 0)), "dimensions"),
    (dict(num_samples=0), "num_samples must be at least 1"),
    (dict(grid_size=1), "grid_size must be at least 2"),
    (dict(steps=1), "steps must be at least 2"),
  )
  def test_refuses(self, settings, message):
    with self.assertRaisesRegex(errors.ConfigError, message) as caught:
      GenerationConfig(**settings)
    self.assertNotIn("\n", str(caught.exception))

  def test_by_default_all_that_the_code_allows(self):
    self.assertEqual(GenerationConfig().kinds(2), KINDS)
    self.assertEqual(
      GenerationConfig().kinds(1), ("samples", "interpolation", "traversals")
    )

  def test_what_is_asked_for(self):
    config = GenerationConfig(what=("traversals", "samples"))
    self.assertEqual(config.kinds(1), ("traversals", "samples"))

  @parameterized.parameters(
    (dict(what=("samples", "manifold")), 1, "one dimension"),
    (dict(dimensions=(0, 3)), 3, "code's size of 3, found 3"),
  )
  def test_code_is_too_small(self, settings, code_size, message):
    config = GenerationConfig(**settings)
    config.kinds(code_size + 1)
    with self.assertRaisesRegex(errors.ConfigError, message):
      config.kinds(code_size)


if __name__ == "__main__":
  absltest.main()
