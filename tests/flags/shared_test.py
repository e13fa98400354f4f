import glob
import importlib
import os
import subprocess
import sys

from absl import flags as absl_flags
from absl.testing import absltest, flagsaver, parameterized

import flags
import vae_graph
from flags import data, evaluation, images, model, run_data, runs, training
from tests.scripts.binary import environment


def modules():
  """Returns the names of all modules of flags."""
  folder = os.path.dirname(flags.__file__)
  paths = sorted(glob.glob(os.path.join(folder, "*.py")))
  names = [os.path.splitext(os.path.basename(path))[0] for path in paths]
  return [f"flags.{name}" for name in names if name != "__init__"]


class SharedTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(flagsaver.flagsaver())
    if not absl_flags.FLAGS.is_parsed():
      absl_flags.FLAGS(["program"])

  def _parse(self, *arguments):
    absl_flags.FLAGS(["program", *arguments])

  def test_all_modules_and_binaries_go_together_in_any_order(self):
    binaries = "devices encode evaluate generate reconstruct report train"
    names = modules() + [f"scripts.{name}" for name in binaries.split()]
    for order in (names, names[::-1]):
      code = "".join(f"import {name}\n" for name in order)
      code += "import sys; assert 'tensorflow' not in sys.modules"
      result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(),
      )
      self.assertEqual(result.returncode, 0, result.stderr)

  def test_each_keeps_its_own_default(self):
    self._parse()
    self.assertEqual(model.objective_config().importance_samples, 5)
    self.assertEqual(evaluation.evaluation_config().importance_samples, 100)
    self.assertEqual(data.data_config().data_dir, "")
    config = vae_graph.DataConfig(dataset="npz", data_dir="mine")
    self.assertEqual(run_data.data_config(config).data_dir, "mine")

  def test_what_is_given_is_of_all(self):
    self._parse(
      "--objective=iwae",
      "--importance_samples=7",
      "--seed=3",
      "--dataset=npz",
      "--data_dir=there",
    )
    self.assertEqual(model.objective_config().importance_samples, 7)
    self.assertEqual(evaluation.evaluation_config().importance_samples, 7)
    self.assertEqual(training.training_config().seed, 3)
    self.assertEqual(images.seed(), 3)
    self.assertEqual(data.data_config().data_dir, "there")
    config = vae_graph.DataConfig(dataset="npz", data_dir="mine")
    self.assertEqual(run_data.data_config(config).data_dir, "there")

  @parameterized.parameters(
    (["--noresize"], "", False),
    (["--resize=6x5"], "6x5", True),
    (["--resize=6x5", "--background=red"], "6x5", True),
  )
  def test_resize_is_one_flag(self, arguments, size, is_asked_for):
    self._parse("--dataset=images", *arguments)
    self.assertEqual(data.data_config().resize, size)
    self.assertEqual(images.resize((6, 5, 3)), is_asked_for)
    line = f"--resize={size}" if size else ""
    self.assertEqual(absl_flags.FLAGS["resize"].serialize(), line)
    self.assertEqual(images.background(), data.data_config().background)

  def test_a_size_may_be_left_out_where_it_is_known(self):
    for dataset in ("images", "mnist_10k"):
      self._parse(f"--dataset={dataset}", "--resize")
      self.assertTrue(images.resize((6, 5)))
      with self.assertRaisesRegex(vae_graph.VaeGraphError, "--resize=28x28, f"):
        data.data_config()
    self._parse("--resize=7x5")
    with self.assertRaisesRegex(vae_graph.VaeGraphError, "images, 6x5, or st"):
      images.resize((6, 5))

  def test_what_a_program_sets_is_of_all(self):
    absl_flags.FLAGS.objective = "iwae"
    absl_flags.FLAGS.importance_samples = 9
    self.assertEqual(model.objective_config().importance_samples, 9)
    self.assertEqual(evaluation.evaluation_config().importance_samples, 9)

  def test_help_of_each_module_lists_a_flag_that_they_share(self):
    for module in (training, images):
      keys = absl_flags.FLAGS.get_key_flags_for_module(module)
      self.assertIn("seed", [flag.name for flag in keys])

  def test_a_flag_of_another_program_is_not_shared(self):
    code = (
      "from absl import flags; flags.DEFINE_string('seed', 'oak', '')\n"
      "import flags.training"
    )
    result = subprocess.run(
      [sys.executable, "-c", code],
      capture_output=True,
      text=True,
      env=environment(),
    )
    self.assertIn("DuplicateFlagError: The flag 'seed'", result.stderr)

  @parameterized.parameters(
    (["--logdir=a"], ["a"]), (["--logdir=a", "--logdir=b"], ["a", "b"])
  )
  def test_logdirs(self, arguments, expected):
    self._parse(*arguments)
    self.assertEqual(runs.logdirs(), expected)
    self.assertEqual(runs.logdir(), expected[-1])

  def test_a_logdir_that_a_program_sets(self):
    absl_flags.FLAGS.logdir = "there"
    self.assertEqual(runs.logdir(), "there")

  @parameterized.parameters(
    [[]], [["--logdir="]], [["--logdir=a", "--logdir="]]
  )
  def test_no_logdir(self, arguments):
    self._parse(*arguments)
    with self.assertRaisesRegex(
      vae_graph.VaeGraphError, "^--logdir is missing; name a new folder$"
    ):
      runs.logdir("a new folder")

  def test_every_module_is_documented(self):
    for name in modules():
      self.assertNotEmpty(importlib.import_module(name).__doc__, name)


if __name__ == "__main__":
  absltest.main()
