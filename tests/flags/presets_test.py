import os

from absl import flags as absl_flags
from absl.testing import absltest, flagsaver

import flags
import flags.preset
import vae_graph
from tests.preset_configs import read_preset


class PresetsTest(absltest.TestCase):
  def test_every_preset_is_an_allowed_configuration(self):
    self.assertGreater(len(flags.preset_paths()), 1)
    for path in flags.preset_paths():
      with self.subTest(path):
        self.assertIsInstance(read_preset(path), vae_graph.ExperimentConfig)

  def test_every_preset_says_what_it_is_in_one_line(self):
    for path in flags.preset_paths():
      description = flags.describe_preset(path)
      self.assertRegex(description, r"^\S.*\.$", path)

  def test_the_docs_name_every_preset_and_the_readme_gives_no_figures(self):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    texts = {}
    for name in ("README.md", "docs/reproduction.md"):
      with open(os.path.join(root, name), encoding="utf-8") as file:
        texts[name] = file.read()
      for path in flags.preset_paths():
        preset = os.path.splitext(os.path.basename(path))[0]
        self.assertIn(f"`{preset}`", texts[name])
    self.assertNotIn("±", texts["README.md"])

  def test_a_program_that_does_not_expand_it_refuses_it(self):
    with flagsaver.flagsaver(), self.assertRaisesRegex(
      absl_flags.IllegalFlagValueError, "--preset=.*--flagfile=FILE"
    ):
      absl_flags.FLAGS.preset = "hafner_mnist"

  def test_hafners_preset_is_his_script(self):
    (path,) = [p for p in flags.preset_paths() if "hafner" in p]
    config = read_preset(path)
    self.assertEqual(config.model.hidden_units, (200, 200))
    self.assertEqual(config.model.code_size, 2)
    self.assertEqual(config.training.batch_size, 100)
    self.assertEqual(config.training.epochs, 20)


if __name__ == "__main__":
  absltest.main()
