"""Graphs exported of every preset give what the training graph gives."""

from absl.testing import absltest, parameterized

from tests.export.presets import PresetTestCase, distinct_presets


class PresetsTest(PresetTestCase):
  @parameterized.named_parameters(*distinct_presets())
  def test_gives_what_the_training_graph_gives(self, config):
    self.assert_exports_give_the_same(
      config, ("saved_model", "frozen", "metagraph"), tolerance=1e-5
    )


if __name__ == "__main__":
  absltest.main()
