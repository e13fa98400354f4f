"""What pyproject.toml and the BUILD files promise of the source tree.

This looks at all files, so it is no test of Bazel's.
"""

import ast
import glob
import os
import re
import shutil
import subprocess
import tempfile

from absl.testing import absltest, parameterized

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYPI = {
  "PIL": "@pypi//pillow",
  "absl": "@pypi//absl_py",
  "jinja2": "@pypi//jinja2",
  "matplotlib": "@pypi//matplotlib",
  "numpy": "@pypi//numpy",
  "tqdm": "@pypi//tqdm",
}
LINT_IMPORTS = os.path.join(ROOT, ".venv-lint", "bin", "lint-imports")


def read(path):
  with open(os.path.join(ROOT, path), encoding="utf-8") as file:
    return file.read()


def modules(folder):
  return glob.glob(os.path.join(ROOT, folder, "**", "*.py"), recursive=True)


def targets(path):
  """Returns the Bazel targets of what a module of the library imports."""
  names = set()
  for node in ast.walk(ast.parse(read(path))):
    if isinstance(node, ast.Import):
      names |= {alias.name for alias in node.names}
    elif isinstance(node, ast.ImportFrom):
      names |= {f"{node.module}.{alias.name}" for alias in node.names}
  return {target(name.split(".")) for name in names} - {None}


def target(names):
  """Returns the target of a dotted name, None of Python's own."""
  package, member, *_ = names + [""]
  if package != "vae_graph":
    return PYPI.get(package)
  if os.path.isdir(os.path.join(ROOT, package, member)):
    return f"//vae_graph/{member}"
  in_ground = member in (
    "charts",
    "commands",
    "errors",
    "files",
    "parts",
    "paths",
    "registry",
  )
  at_root = "ground" if in_ground else "vae" if member == "vae" else "base"
  return f"//vae_graph:{at_root}"


class LayersTest(parameterized.TestCase):
  """Plants an import in a copy of the tree, and looks as `make lint` does."""

  def setUp(self):
    super().setUp()
    if not os.path.exists(LINT_IMPORTS):
      reason = f"there is no {LINT_IMPORTS}; `make lint` installs it"
      if os.environ.get("CI") == "true":
        self.fail(reason)
      self.skipTest(reason)
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.tree = folder.name
    for name in ("flags", "scripts", "vae_graph"):
      for path in modules(name):
        copy = os.path.join(self.tree, os.path.relpath(path, ROOT))
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        shutil.copy(path, copy)
    shutil.copy(os.path.join(ROOT, "pyproject.toml"), self.tree)

  def _lint(self):
    return subprocess.run(
      [LINT_IMPORTS, "--no-cache"],
      capture_output=True,
      text=True,
      cwd=self.tree,
    )

  def _plant(self, path, code):
    path = os.path.join(self.tree, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
      file.write(code + "\n")

  def test_the_tree_as_it_is(self):
    result = self._lint()
    self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

  @parameterized.parameters(
    ("vae_graph.runs.planted", "import vae_graph.training"),
    ("vae_graph.config.planted", "import vae_graph.compat"),
    ("vae_graph.data.planted", "def f():\n  import vae_graph.vae"),
    ("vae_graph.errors", "import vae_graph.registry"),
    # What stands beside each other in a layer.
    ("vae_graph.inference.planted", "import vae_graph.training"),
    ("vae_graph.plots.planted", "import vae_graph.report"),
    # Out of the library, and past its public names.
    ("vae_graph.evaluation.planted", "import flags.session"),
    ("flags.planted", "import scripts.app"),
    ("flags.planted", "import vae_graph.runs"),
    ("vae_graph.report.planted", "import tensorflow"),
  )
  def test_a_planted_import(self, module, code):
    self._plant(module.replace(".", "/") + ".py", code)
    result = self._lint()
    self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
    imported = code.split()[-1]
    self.assertIn(f"{module} -> {imported} (l.", result.stdout)

  def test_a_folder_of_which_no_layer_knows(self):
    self._plant("vae_graph/planted/__init__.py", "")
    result = self._lint()
    self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
    self.assertIn("vae_graph.planted", result.stdout)


class BazelTest(absltest.TestCase):
  def test_layers_are_those_of_import_linter(self):
    (lines,) = re.findall(
      r'(?s)containers = \["vae_graph"\].*?\nlayers = (\[.*?\n\])',
      read("pyproject.toml"),
    )
    bazel = {}
    exec(read("bazel/layers.bzl"), bazel)  # Starlark is a part of Python.
    self.assertEqual(
      [re.findall(r"\w+", line) for line in ast.literal_eval(lines)],
      bazel["LAYERS"],
    )

  def test_folders_are_visible_from_above_alone(self):
    for folder in glob.glob(os.path.join(ROOT, "vae_graph", "*", "")):
      name = os.path.basename(os.path.dirname(folder))
      if "BUILD" in os.listdir(folder):
        (visibility,) = re.findall(
          r"visibility = (\[.*?\])", read(f"vae_graph/{name}/BUILD"), re.S
        )
        expected = {f"//vae_graph:above_{name}"}
        if name == "config":
          expected.add("//flags:__pkg__")
        self.assertEqual(set(ast.literal_eval(visibility)), expected, name)

  def test_deps_are_the_imports(self):
    """So that visibility, which is of deps, holds for imports."""
    for folder in glob.glob(os.path.join(ROOT, "vae_graph", "*", "")):
      name = os.path.basename(os.path.dirname(folder))
      if "BUILD" not in os.listdir(folder):
        continue
      (deps,) = re.findall(
        r"deps = (\[.*?\])", read(f"vae_graph/{name}/BUILD"), re.S
      )
      imported = set()
      for path in modules(f"vae_graph/{name}"):
        imported |= targets(path)
      imported.discard(f"//vae_graph/{name}")
      self.assertEqual(set(ast.literal_eval(deps)), imported, name)

  def test_every_folder_has_a_build_file(self):
    for folder in ("flags", "scripts", "tests", "vae_graph"):
      for path in modules(folder):
        self.assertIn("BUILD", os.listdir(os.path.dirname(path)), path)

  def test_every_test_runs_as_a_program(self):
    for path in modules("tests"):
      if path.endswith("_test.py"):
        self.assertEndsWith(
          read(path), '\nif __name__ == "__main__":\n  absltest.main()\n', path
        )


if __name__ == "__main__":
  absltest.main()
