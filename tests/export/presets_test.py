"""Graphs exported of presets give what the training graph gives.

Which presets, and for which others they stand, is in presets.py; all with
VAE_GRAPH_ALL_COMBINATIONS=1 (`make test-all`).
"""

from absl.testing import absltest, parameterized

from tests.export.presets import PresetTestCase, presets


class PresetsTest(PresetTestCase):
  @parameterized.named_parameters(*presets())
  def test_gives_what_the_training_graph_gives(self, config):
    self.assert_exports_give_the_same(
      config, ("saved_model", "frozen", "metagraph"), tolerance=1e-5
    )


if __name__ == "__main__":
  absltest.main()
