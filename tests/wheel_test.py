"""The wheel and the source distribution, and the commands that they install.

This looks at all files, and builds, so it is no test of Bazel's.
"""

import configparser
import glob
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from absl.testing import absltest

import vae_graph
from vae_graph import commands, dependencies

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Where each folder of the tree is in the wheel.
PLACES = {
  "flags": "vae_graph/_bundle/flags",
  "scripts": "vae_graph/_bundle/scripts",
  "vae_graph": "vae_graph",
}
INFO = f"vae_graph-{vae_graph.__version__}.dist-info"
LIBRARY_OF_OTHERS = 'raise ImportError("this is not of vae_graph")\n'


def run(argv, cwd, **variables):
  return subprocess.run(
    argv,
    cwd=cwd,
    env=dict(os.environ, **variables),
    capture_output=True,
    text=True,
    timeout=300,
  )


def build(kind, tree, folder):
  """Builds a `wheel` or `sdist` of a tree; returns its path."""
  code = (
    "import sys; from setuptools import build_meta;"
    f" build_meta.build_{kind}(sys.argv[1])"
  )
  result = run([sys.executable, "-c", code, folder], tree)
  assert result.returncode == 0, result.stderr
  (path,) = (
    os.path.join(folder, name)
    for name in os.listdir(folder)
    if name.endswith({"wheel": ".whl", "sdist": ".tar.gz"}[kind])
  )
  return path


def files(tree, folder):
  """Returns the paths of all files in a folder but Bazel's."""
  found = glob.glob(os.path.join(tree, folder, "**", "*"), recursive=True)
  return {
    os.path.relpath(path, os.path.join(tree, folder))
    for path in found
    if os.path.isfile(path) and os.path.basename(path) != "BUILD"
  }


class WheelTest(absltest.TestCase):
  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls.folder = tempfile.mkdtemp()
    # A build leaves files beside the sources.
    cls.tree = os.path.join(cls.folder, "tree")
    os.mkdir(cls.tree)
    for name in os.listdir(ROOT):
      path = os.path.join(ROOT, name)
      copy = os.path.join(cls.tree, name)
      if os.path.isfile(path):
        shutil.copy(path, copy)
      elif name in (*PLACES, "tests", "benchmarks", "docs"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(path, copy, ignore=ignored)
    cls.wheel = build("wheel", cls.tree, cls.folder)
    with zipfile.ZipFile(cls.wheel) as archive:
      cls.names = set(archive.namelist())

  @classmethod
  def tearDownClass(cls):
    super().tearDownClass()
    shutil.rmtree(cls.folder)

  def test_it_holds_the_tree_without_tests_and_no_other_top_level_name(self):
    expected = {
      f"{place}/{path}"
      for folder, place in PLACES.items()
      for path in files(self.tree, folder)
    }
    found = {name for name in self.names if not name.startswith(INFO)}
    self.assertEqual(found, expected)
    self.assertTrue([name for name in self.names if "LICENSE" in name])

  def test_the_source_distribution_makes_the_same_wheel(self):
    archive = build("sdist", self.tree, self.folder)
    with tarfile.open(archive) as file:
      file.extractall(self.folder)
    tree = archive[: -len(".tar.gz")]
    folder = os.path.join(self.folder, "again")
    os.mkdir(folder)
    with zipfile.ZipFile(build("wheel", tree, folder)) as file:
      self.assertEqual(set(file.namelist()), self.names)

  def test_the_versions_of_an_extra_are_those_that_are_asked_for(self):
    with zipfile.ZipFile(self.wheel) as archive:
      metadata = archive.read(f"{INFO}/METADATA").decode()
    found = re.findall(
      r"^Requires-Dist: ([\w-]+)(?:\[.*\])? ?==([\d.]+).*extra == .(\S+).$",
      metadata,
      re.MULTILINE,
    )
    extras = {extra: {} for _, _, extra in found}
    for package, version, extra in found:
      extras[extra][package.replace("-cpu", "")] = version
    self.assertSameElements(extras, ["tf", "tf-cpu", "tf-gpu", "tf1", "tf215"])
    for extra, versions in extras.items():
      tensorflow = versions["tensorflow"]
      dependencies.check_tensorflow(tensorflow)
      dependencies.check_probability(
        versions["tensorflow-probability"], tensorflow
      )
      needs_keras = dependencies.needs_keras(tensorflow) and extra != "tf-cpu"
      self.assertEqual("tf-keras" in versions, needs_keras, extra)
      if needs_keras:
        dependencies.check_keras(versions["tf-keras"], tensorflow)

  def test_commands_are_there_and_run_the_binaries(self):
    points = configparser.ConfigParser()
    with zipfile.ZipFile(self.wheel) as archive:
      points.read_string(archive.read(f"{INFO}/entry_points.txt").decode())
    found = dict(points["console_scripts"])
    binaries = {
      os.path.splitext(os.path.basename(path))[0]
      for path in files(self.tree, "scripts")
      if "app.run(main)" in self._read(f"scripts/{path}")
    }
    for binary in binaries:
      name = commands.name(binary)
      self.assertEqual(found.pop(name), f"vae_graph.commands:{binary}")
      self.assertTrue(callable(getattr(commands, binary)))
    self.assertEmpty(found)

  def test_a_command_among_libraries_and_folders_of_the_same_names(self):
    site = os.path.join(self.folder, "site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    result = run([*pip, "--target", site, self.wheel], self.folder)
    self.assertEqual(result.returncode, 0, result.stderr)
    here = os.path.join(self.folder, "here")
    theirs = os.path.join(self.folder, "theirs")
    for folder in (here, theirs):
      for name in ("flags", "scripts", "tests"):
        os.makedirs(os.path.join(folder, name))
        path = os.path.join(folder, name, "__init__.py")
        with open(path, "w", encoding="utf-8") as file:
          file.write(LIBRARY_OF_OTHERS)
    command = os.path.join(site, "bin", "vae-graph-train")
    logdir = os.path.join(self.folder, "run")

    def train(*arguments, **variables):
      python_path = f"{theirs}:{here}:{site}"
      return run(
        [command, *arguments], here, PYTHONPATH=python_path, **variables
      )

    result = train(
      "--preset=quickstart",
      f"--logdir={logdir}",
      "--train_steps=1",
      "--hidden_units=8",
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertStartsWith(result.stdout, "test ELBO ")
    self.assertTrue(os.path.exists(os.path.join(logdir, "plots")))
    self.assertCountEqual(os.listdir(here), ["flags", "scripts", "tests"])
    # In help and errors it has its own name.
    result = train("--help")
    self.assertIn("  vae-graph-train --preset=", result.stdout)
    self.assertNotIn("scripts.", result.stdout)
    result = train("--preset=no", PYTHONSAFEPATH="1")
    self.assertEqual(result.returncode, 2)
    self.assertStartsWith(result.stderr, "vae-graph-train: error: --preset ")

  def _read(self, path):
    with open(os.path.join(self.tree, path), encoding="utf-8") as file:
      return file.read()


if __name__ == "__main__":
  absltest.main()
