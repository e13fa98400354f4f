"""Imports: what one of the library does not do, and which ones there are."""

import ast
import glob
import os
import subprocess
import sys

from absl.testing import absltest

import vae_graph


def run(code):
  return subprocess.run(
    [sys.executable, "-c", code], capture_output=True, text=True
  )


class ImportTest(absltest.TestCase):
  def _assert_runs(self, code):
    result = run(code)
    self.assertEqual(result.returncode, 0, result.stderr)

  def test_import_brings_no_tensorflow(self):
    self._assert_runs(
      "import sys, vae_graph, vae_graph.config\n"
      "vae_graph.ModelConfig, vae_graph.define_flags, vae_graph.registry\n"
      "vae_graph.session_environment, vae_graph.evaluation_table\n"
      "assert 'tensorflow' not in sys.modules"
    )

  def test_all_public_names_define_no_flag_op_or_global_behavior(self):
    self._assert_runs(
      "import os, sys\n"
      "import tensorflow.compat.v1 as tf\n"
      "import tensorflow_probability as tfp; tfp.distributions.Normal\n"
      "from absl import flags\n"
      "def state():\n"
      "  return (\n"
      "    sorted(flags.FLAGS), dict(os.environ), tf.executing_eagerly(),\n"
      "    tf.resource_variables_enabled(), tf.control_flow_v2_enabled(),\n"
      "    tf.logging.get_verbosity(), tf.get_seed(None),\n"
      "    None if tf.executing_eagerly() else\n"
      "      len(tf.get_default_graph().get_operations()))\n"
      "before = state()\n"
      "import vae_graph\n"
      "for name in vae_graph.__all__: getattr(vae_graph, name)\n"
      "assert state() == before, (before, state())\n"
      "graph = tf.Graph()\n"
      "with graph.as_default():\n"
      "  for name in vae_graph.__all__: getattr(vae_graph, name)\n"
      "assert not graph.get_operations()\n"
    )

  def test_unknown_name_is_an_attribute_error(self):
    with self.assertRaisesRegex(AttributeError, "no attribute 'Vae'"):
      vae_graph.Vae  # noqa: B018

  def test_dir_lists_the_public_names(self):
    self.assertIn("VAE", dir(vae_graph))

  def test_type_checkers_see_the_public_names_where_they_are(self):
    path = os.path.splitext(vae_graph.__file__)[0] + ".pyi"
    with open(path, encoding="utf-8") as file:
      stub = ast.parse(file.read())
    found = {
      alias.asname: f"{node.module}.{alias.name}"
      for node in stub.body
      if isinstance(node, ast.ImportFrom)
      for alias in node.names
    }
    expected = {
      name: f"vae_graph.{module}.{name}"
      for name, module in vae_graph._PUBLIC.items()
    }
    expected.update({name: f"vae_graph.{name}" for name in vae_graph._MODULES})
    self.assertEqual(found, expected)

  def test_public_names_are_documented(self):
    for name in vae_graph.__all__:
      self.assertNotEmpty(getattr(vae_graph, name).__doc__, name)

  def test_binaries_and_flags_take_public_names_at_their_top(self):
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    paths = [
      path
      for folder in ("scripts", "flags")
      for path in glob.glob(os.path.join(root, folder, "*.py"))
    ]
    self.assertGreater(len(paths), 15)
    for path in paths:
      with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
      imports = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
      ]
      for node in imports:
        text = f"{path}:{node.lineno}"
        self.assertIn(node, tree.body, text)
        names = [alias.name for alias in node.names]
        module = getattr(node, "module", None) or ""
        if module == "vae_graph":
          self.assertContainsSubset(names, vae_graph.__all__, text)
        deep = [each for each in names if each.startswith("vae_graph.")]
        self.assertEmpty(deep, text)
        self.assertFalse(module.startswith("vae_graph."), text)


if __name__ == "__main__":
  absltest.main()
