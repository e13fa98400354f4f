"""The Python modules of the source tree, their imports and their targets.

See build_files.py for the rules. Nothing is imported here; modules are parsed.
"""

import ast
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDERS = ("flags", "scripts", "tests", "vae_graph")

# Packages in requirements/tf2.txt, by the module that is imported. TensorFlow
# Probability imports tf_keras, without saying so in its metadata.
PYPI = {
  "PIL": ("pillow",),
  "absl": ("absl_py",),
  "google": ("protobuf",),
  "matplotlib": ("matplotlib",),
  "numpy": ("numpy",),
  "pytest": ("pytest",),
  "scipy": ("scipy",),
  "sklearn": ("scikit_learn",),
  "tensorboard": ("tensorboard",),
  "tensorflow": ("tensorflow_cpu",),
  "tensorflow_probability": ("tensorflow_probability", "tf_keras"),
  "tf_keras": ("tf_keras",),
  "tqdm": ("tqdm",),
}

# Who may import whom. A folder imports itself and those named here ...
MAY_IMPORT = {
  "flags": ("vae_graph",),
  "scripts": ("flags", "vae_graph"),
  "tests": ("bazel", "flags", "scripts", "vae_graph"),
  "vae_graph": (),
}
# ... and inside the library a module imports its own layer and those above it
# in this list. What is not listed is in the last layer.
LAYERS = (
  "combinations compat config devices errors fields files flag_definition"
  " randomness registry session_config session_settings sessions"
  " training_config evaluation_config generation_config",
  "data layers variables",
  "likelihoods networks posteriors priors",
  "vae",
  "objectives",
)

# Modules that have no target, and why.
NO_TARGET = {
  "tests/build_files_test.py": "reads the whole source tree",
}


def read(path):
  """Returns a file's text."""
  with open(path, encoding="utf-8") as stream:
    return stream.read()


class Tree:
  """The Python modules of a source tree and what each of them imports.

  Args:
    root: folder of the tree.
  """

  def __init__(self, root=ROOT):
    self.root = root
    self.paths = []  # "vae_graph/data/idx.py"
    for folder in FOLDERS:
      for parent, folders, files in os.walk(os.path.join(root, folder)):
        folders[:] = sorted(set(folders) - {"__pycache__"})
        for name in sorted(files):
          if name.endswith(".py") and name != "conftest.py":
            path = os.path.relpath(os.path.join(parent, name), root)
            self.paths.append(path.replace(os.sep, "/"))
    self.paths = [path for path in self.paths if path not in NO_TARGET]
    self._known = set(self.paths)
    self._sources = {
      path: ast.parse(read(os.path.join(root, path)), path)
      for path in self.paths
    }
    self._public = self._public_names()
    self.imports = {}  # path -> first-party paths
    self.pypi = {}  # path -> packages
    self.unknown = {}  # path -> modules that PYPI lacks
    for path in self.paths:
      self._find_imports(path)

  def build_file(self, path):
    """Returns the BUILD file that must have a target for the module."""
    return os.path.dirname(path) + "/BUILD"

  def kind(self, path):
    """Returns the rule that the module's target must have."""
    if path.endswith("_test.py"):
      return "py_test"
    if path.startswith("scripts/") and self._has_main(path):
      return "py_binary"
    return "py_library"

  def label(self, path):
    """Returns the module's target, `//folder:name` or `//folder`."""
    folder, name = os.path.split(path[: -len(".py")])
    if path == "vae_graph/__init__.py":
      return "//vae_graph:package"
    if name == "__init__":
      return f"//{folder}"
    return f"//{folder}:{name}"

  def dependencies(self, path):
    """Returns the labels that the module's target must depend on."""
    labels = {f"@pypi//{package}" for package in self.pypi[path]}
    labels |= {self.label(imported) for imported in self.imports[path]}
    if self.kind(path) != "py_library" and self._loads_by_name(path):
      labels.add("//vae_graph")
    return labels

  def whole_library(self):
    """Returns the labels that make up `//vae_graph`."""
    return {
      self.label(path) for path in self.paths if path.startswith("vae_graph/")
    }

  def closure(self, path):
    """Returns the module and all that it imports, directly or not."""
    found, queue = set(), [path]
    while queue:
      path = queue.pop()
      if path not in found:
        found.add(path)
        queue.extend(self.imports[path])
    return found

  def imports_tensorflow(self, path):
    """Returns whether the module imports TensorFlow, directly or not."""
    return any(
      "tensorflow_cpu" in self.pypi[reached] for reached in self.closure(path)
    )

  def binaries_run(self, path):
    """Returns the scripts whose module names stand in the module's strings."""
    names = set()
    for node in ast.walk(self._sources[path]):
      value = node.value if hasattr(node, "value") else getattr(node, "s", None)
      if isinstance(value, str):
        names |= set(re.findall(r"\bscripts\.(\w+)\b", value))
    scripts = {f"scripts/{name}.py" for name in names} & self._known
    return {script for script in scripts if self.kind(script) == "py_binary"}

  def layer(self, path):
    """Returns the number of the library module's layer, 0 the lowest."""
    name = path.split("/")[1].split(".")[0]
    for number, names in enumerate(LAYERS):
      if name in names.split():
        return number
    return len(LAYERS)

  def runs_tests(self, path):
    """Returns whether Bazel, which runs the file, would run its tests."""
    return self._has_main(path)

  def _has_main(self, path):
    for node in self._sources[path].body:
      if isinstance(node, ast.If) and "__name__" in ast.dump(node.test):
        return True
    return False

  def _loads_by_name(self, path):
    for reached in self.closure(path):
      for node in ast.walk(self._sources[reached]):
        if (
          isinstance(node, ast.Attribute)
          and node.attr == "load"
          and isinstance(node.value, ast.Name)
          and node.value.id == "registry"
        ):
          return True
    return False

  def _public_names(self):
    """Reads the lazy names of vae_graph/__init__.py, by name."""
    source = self._sources.get("vae_graph/__init__.py")
    for node in source.body if source else ():
      if isinstance(node, ast.Assign) and node.targets[0].id == "_PUBLIC":
        return ast.literal_eval(node.value)
    return {}

  def _module_path(self, module):
    for path in (
      module.replace(".", "/") + ".py",
      module.replace(".", "/") + "/__init__.py",
    ):
      if path in self._known:
        return path
    return None

  def _find_imports(self, path):
    modules = set()
    bare = False
    for node in ast.walk(self._sources[path]):
      if isinstance(node, ast.Import):
        for alias in node.names:
          modules.add(alias.name)
          bare = bare or alias.name == "vae_graph"
      elif isinstance(node, ast.ImportFrom) and not node.level:
        modules.add(node.module)
        for alias in node.names:
          modules.add(self._resolve(node.module, alias.name))
    if bare:
      for node in ast.walk(self._sources[path]):
        if (
          isinstance(node, ast.Attribute)
          and isinstance(node.value, ast.Name)
          and node.value.id == "vae_graph"
        ):
          modules.add(self._resolve("vae_graph", node.attr))
    self.imports[path] = set()
    self.pypi[path] = set()
    self.unknown[path] = set()
    own_packages = _packages(path[: -len(".py")].replace("/", "."))
    for module in modules:
      top = module.split(".")[0]
      if top in FOLDERS:
        needed = [self._module_path(module)]
        needed += [
          self._module_path(package)
          for package in _packages(module)
          if package not in own_packages
        ]
        if self._module_path(module + ".__init__"):
          needed[0] = None if module in own_packages else needed[0]
        self.imports[path] |= {n for n in needed if n and n != path}
      elif top in PYPI:
        self.pypi[path] |= set(PYPI[top])
      elif top != "bazel" and top not in getattr(
        sys, "stdlib_module_names", (top,)
      ):
        self.unknown[path].add(top)

  def _resolve(self, module, name):
    """Returns the module that `from module import name` needs."""
    if self._module_path(f"{module}.{name}"):
      return f"{module}.{name}"
    if module == "vae_graph" and name in self._public:
      return f"{module}.{self._public[name]}"
    return module


def _packages(module):
  """Returns the packages around a module: a.b.c is in a and a.b."""
  parts = module.split(".")
  return [".".join(parts[:n]) for n in range(1, len(parts))]
