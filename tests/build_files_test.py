import os
import sys
import tempfile

from absl.testing import absltest

from bazel import build_files, python_tree

LIBRARY = """\
load("@rules_python//python:defs.bzl", "py_library")

# Everything.
py_library(
    name = "vae_graph",
    deps = [
        ":errors",
        ":package",
        ":vae",
        "//vae_graph/data",
        "//vae_graph/data:idx",
    ],
)

py_library(
    name = "package",
    srcs = ["__init__.py"],
)

py_library(
    name = "errors",
    srcs = ["errors.py"],
    visibility = [":internal"],
)

# What it is all about.
py_library(
    name = "vae",
    srcs = ["vae.py"],
    deps = [
        ":errors",
        "//vae_graph/data",
        "//vae_graph/data:idx",
        "@pypi//numpy",
    ],
)
"""

FILES = {
  "flags/model.py": "import vae_graph\n\nvae_graph.VAE\n",
  "flags/BUILD": """\
py_library(
    name = "model",
    srcs = ["model.py"],
    deps = [
        "//vae_graph:package",
        "//vae_graph:vae",
    ],
)
""",
  "vae_graph/__init__.py": '_PUBLIC = {"VAE": "vae"}\n',
  "vae_graph/errors.py": "",
  "vae_graph/vae.py": (
    "import os\nimport numpy as np\n"
    "from vae_graph import errors\nfrom vae_graph.data import idx\n"
  ),
  "vae_graph/BUILD": LIBRARY,
  "vae_graph/data/__init__.py": "",
  "vae_graph/data/idx.py": "",
  "vae_graph/data/digits.gz": "",
  "vae_graph/data/BUILD": """\
py_library(
    name = "data",
    srcs = ["__init__.py"],
)

py_library(
    name = "idx",
    srcs = ["idx.py"],
    data = glob(["*.gz"]),
)
""",
}


class RepositoryTest(absltest.TestCase):
  def test_build_files_are_in_step_with_the_imports(self):
    found = build_files.problems()
    if found:
      self.fail(
        "\n".join(found)
        + "\nMost of it is put right by `python -m bazel.build_files --write`."
      )

  def test_every_package_that_is_imported_is_locked(self):
    lock = python_tree.read(
      os.path.join(python_tree.ROOT, "requirements", "tf2.txt")
    )
    locked = {
      line.split("==")[0].replace("-", "_")
      for line in lock.splitlines()
      if "==" in line
    }
    tree = python_tree.Tree()
    used = set().union(*tree.pypi.values())
    self.assertContainsSubset(used, locked)


class BuildFilesTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.root = folder.name
    for path, text in FILES.items():
      self.put(path, text)

  def put(self, path, text):
    path = os.path.join(self.root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as stream:
      stream.write(text)

  def replace(self, path, old, new):
    self.assertIn(old, FILES[path])
    self.put(path, FILES[path].replace(old, new))

  def assert_problem(self, problem):
    self.assertIn(problem, build_files.problems(self.root))

  def test_nothing_is_wrong_with_the_example(self):
    self.assertEmpty(build_files.problems(self.root))

  def test_missing_dependency(self):
    self.replace("vae_graph/BUILD", '        "@pypi//numpy",\n', "")
    self.assert_problem("vae_graph/BUILD: :vae lacks deps @pypi//numpy")

  def test_superfluous_dependency(self):
    self.put("vae_graph/vae.py", "import numpy\nfrom vae_graph import errors\n")
    self.assert_problem(
      "vae_graph/BUILD: :vae has superfluous deps"
      " //vae_graph/data, //vae_graph/data:idx"
    )

  def test_public_name_is_an_import_of_its_module(self):
    self.replace("flags/BUILD", '        "//vae_graph:vae",\n', "")
    self.assert_problem("flags/BUILD: :model lacks deps //vae_graph:vae")

  def test_module_without_target(self):
    self.put("vae_graph/priors.py", "")
    self.assert_problem(
      "vae_graph/BUILD: vae_graph/priors.py is in 0 targets, not in one"
    )
    self.assert_problem(
      "vae_graph/BUILD: :vae_graph lacks deps //vae_graph:priors"
    )

  def test_target_without_module(self):
    os.remove(os.path.join(self.root, "vae_graph/data/idx.py"))
    self.assert_problem(
      "vae_graph/data/BUILD: vae_graph/data/idx.py of :idx is no file"
    )

  def test_module_in_two_targets(self):
    self.replace("vae_graph/BUILD", '["vae.py"]', '["vae.py", "errors.py"]')
    self.assert_problem(
      "vae_graph/BUILD: vae_graph/errors.py is in 2 targets, not in one"
    )

  def test_file_in_no_data(self):
    self.replace("vae_graph/data/BUILD", "*.gz", "*.npz")
    self.assert_problem(
      "vae_graph/data/BUILD: digits.gz is in no target's data"
    )

  def test_library_must_not_import_flags(self):
    self.put("vae_graph/errors.py", "def f():\n  from flags import model\n")
    self.assert_problem(
      "vae_graph/errors.py: vae_graph must not import flags (flags/model.py)"
    )

  def test_lower_layer_must_not_import_higher(self):
    self.put("vae_graph/errors.py", "from vae_graph.vae import VAE\n")
    self.assertRegex(
      "\n".join(build_files.problems(self.root)),
      "errors.py: imports vae_graph/vae.py, of a layer that is built on this",
    )

  def test_binary_that_loads_by_name_depends_on_the_whole_library(self):
    self.put(
      "vae_graph/vae.py", "from vae_graph import registry\nregistry.load()\n"
    )
    self.put("vae_graph/registry.py", "")
    self.put(
      "scripts/train.py",
      'from vae_graph import vae\nif __name__ == "__main__":\n  vae.f()\n',
    )
    self.assertEqual(
      python_tree.Tree(self.root).dependencies("scripts/train.py"),
      {"//vae_graph", "//vae_graph:package", "//vae_graph:vae"},
    )

  def test_test_that_bazel_would_not_run(self):
    self.put("tests/errors_test.py", "from vae_graph import errors\n")
    self.assertRegex(
      "\n".join(build_files.problems(self.root)),
      "tests/errors_test.py: has no `if __name__` part",
    )

  def test_test_that_runs_a_binary_has_it_among_its_data(self):
    main = 'if __name__ == "__main__":\n  pass\n'
    self.put("scripts/train.py", main)
    self.put("tests/train_test.py", 'ARGS = ["-m", "scripts.train"]\n' + main)
    self.put(
      "tests/BUILD",
      'py_test(\n    name = "train_test",\n    srcs = ["train_test.py"],\n)\n',
    )
    self.assert_problem(
      "tests/BUILD: :train_test runs scripts/train.py and lacks the data"
      " //scripts:train"
    )

  if sys.version_info >= (3, 8):  # earlier, `ast` tells no node's end

    def test_write_changes_nothing_that_is_right(self):
      build_files.write(self.root)
      self.assertEqual(
        python_tree.read(os.path.join(self.root, "vae_graph/BUILD")), LIBRARY
      )

    def test_write_puts_right_what_it_can(self):
      self.put("vae_graph/priors.py", "from vae_graph import errors\n")
      self.put("vae_graph/vae.py", "from vae_graph import errors, priors\n")
      self.put("vae_graph/networks/dense.py", "import numpy\n")
      os.remove(os.path.join(self.root, "vae_graph/data/idx.py"))
      os.remove(os.path.join(self.root, "vae_graph/data/digits.gz"))
      build_files.write(self.root)
      self.assertEmpty(build_files.problems(self.root))
      text = python_tree.read(os.path.join(self.root, "vae_graph/BUILD"))
      self.assertIn('visibility = [":internal"]', text)
      self.assertIn("# What it is all about.\npy_library(\n", text)
      self.assertEqual(
        python_tree.read(os.path.join(self.root, "vae_graph/networks/BUILD")),
        """\
load("@rules_python//python:defs.bzl", "py_library")

package(default_visibility = ["//vae_graph:internal"])

py_library(
    name = "dense",
    srcs = ["dense.py"],
    deps = ["@pypi//numpy"],
)
""",
      )


if __name__ == "__main__":
  absltest.main()
