"""Keeps the BUILD files in step with the imports of the Python modules.

    python -m bazel.build_files           # what is wrong, one line each
    python -m bazel.build_files --write   # put it right (Python 3.8 or later)

One target per module, named after it, with exactly the dependencies that the
module imports. `__init__.py` is named after its folder (`//vae_graph/data`);
only the library's own is `//vae_graph:package`, because `//vae_graph` is the
whole library. Whoever imports `a.b.c` from outside of `a.b` depends on
`//a/b`, whose `__init__.py` then runs, as well as on `//a/b:c`.

`vae_graph` imports some modules by name, when they are needed. Its public names
(`vae_graph.VAE`) count as imports of the modules that define them. What
vae_graph/registry.py names is known only at run time, so a binary or test that
reaches `registry.load` depends on the whole library.

Written by hand, and left alone by --write: visibility, sizes, tags, data.
"""

import argparse
import ast
import collections
import fnmatch
import os
import re
import sys

from bazel import python_tree

_KINDS = ("py_binary", "py_library", "py_test")

Target = collections.namedtuple("Target", ["kind", "name", "srcs", "call"])

# Visibility that a new folder's BUILD file starts with.
VISIBILITY = {
  "flags": ("//scripts:__pkg__", "//tests:__subpackages__"),
  "scripts": ("//tests:__subpackages__",),
  "tests": ("//tests:__subpackages__",),
  "vae_graph": ("//vae_graph:internal",),
}


class BuildFile:
  """The targets of one BUILD file.

  Args:
    root: folder of the source tree.
    path: the file in it, `vae_graph/data/BUILD`; it may be missing.
  """

  def __init__(self, root, path):
    self.path = path
    self._file = os.path.join(root, path)
    self.exists = os.path.exists(self._file)
    self.text = python_tree.read(self._file) if self.exists else ""
    self.package = os.path.dirname(path)

  def targets(self):
    """Returns the Python targets, in the order of the file."""
    found = []
    for node in ast.parse(self.text, self.path).body:
      call = getattr(node, "value", None)
      if isinstance(call, ast.Call) and call.func.id in _KINDS:
        name = ast.literal_eval(_argument(call, "name"))
        srcs = _strings(_argument(call, "srcs"))
        found.append(Target(call.func.id, name, srcs, call))
    return found

  def labels(self, target, argument):
    """Returns an argument's labels, in the form that `Tree.label` gives."""
    return {
      self._absolute(label)
      for label in _strings(_argument(target.call, argument))
    }

  def start(self):
    """Begins a missing file."""
    visibility = VISIBILITY[self.package.split("/")[0]]
    if len(visibility) == 1:
      value = f'["{visibility[0]}"]'
    else:
      value = "[\n{}]".format("".join(f'    "{i}",\n' for i in visibility))
    self.text = f"package(default_visibility = {value})\n"

  def write_target(self, kind, name, srcs, deps, size="small"):
    """Sets a target's dependencies; makes it if there is none.

    Args:
      kind: its rule.
      name: its name.
      srcs: its file, or "".
      deps: its dependencies.
      size: of a new test.
    """
    for target in self.targets():
      if target.name == name:
        self._write_deps(target, deps)
        lines = self.text.splitlines(True)
        first = target.call.lineno - 1
        lines[first] = lines[first].replace(target.kind, kind, 1)
        self.text = "".join(lines)
        return
    lines = [f"{kind}(", f'    name = "{name}",']
    if kind == "py_test":
      lines.append(f'    size = "{size}",')
    if srcs:
      lines.append(f'    srcs = ["{srcs}"],')
    if deps:
      lines.append(f"    deps = {self._render(deps)},")
    stanza = "\n".join(lines + [")", ""])
    following = [t for t in self.targets() if t.kind == kind and t.name > name]
    if following:
      lines = self.text.splitlines(True)
      at = following[0].call.lineno - 1
      while lines[at - 1].startswith("#"):  # the comment on the next target
        at -= 1
      self.text = "".join(lines[:at] + [stanza, "\n"] + lines[at:])
    else:
      self.text = self.text.rstrip("\n") + "\n\n" + stanza

  def remove_target(self, target):
    """Removes a target."""
    lines = self.text.splitlines(True)
    del lines[target.call.lineno - 1 : target.call.end_lineno + 1]
    self.text = "".join(lines).rstrip("\n") + "\n"

  def load_rules(self):
    """Writes the load statement that the targets need."""
    kinds = sorted({target.kind for target in self.targets()})
    load = 'load("@rules_python//python:defs.bzl", {})\n'.format(
      ", ".join(f'"{kind}"' for kind in kinds)
    )
    old = re.compile(r'^load\("@rules_python//python:defs.bzl",[^)]*\)\n', re.M)
    if old.search(self.text):
      self.text = old.sub(load if kinds else "", self.text)
    elif kinds:
      self.text = load + "\n" + self.text.lstrip("\n")

  def save(self):
    """Writes the file."""
    with open(self._file, "w", encoding="utf-8") as stream:
      stream.write(self.text)

  def _absolute(self, label):
    if label.startswith(":"):
      label = f"//{self.package}{label}"
    folder, _, name = label.partition(":")
    return folder if name == folder.split("/")[-1] else label

  def _relative(self, label):
    folder, _, name = label.partition(":")
    if folder == f"//{self.package}":
      return ":" + (name or folder.split("/")[-1])
    return label

  def _render(self, labels):
    labels = [self._relative(label) for label in labels]
    labels.sort(
      key=lambda label: ("@/:".index(label[0]) * -1, re.split("[:.]", label))
    )
    if len(labels) == 1:
      return f'["{labels[0]}"]'
    return "[\n{}    ]".format("".join(f'        "{i}",\n' for i in labels))

  def _write_deps(self, target, deps):
    value = _argument(target.call, "deps")
    if {self._absolute(label) for label in _strings(value)} == set(deps):
      return
    lines = self.text.splitlines(True)
    if value:
      del lines[value.lineno - 1 : value.end_lineno]
      at = value.lineno - 1
    else:
      at = target.call.end_lineno - 1
    if deps:
      lines.insert(at, f"    deps = {self._render(deps)},\n")
    self.text = "".join(lines)


def _argument(call, name):
  for keyword in call.keywords:
    if keyword.arg == name:
      return keyword.value
  return None


def _strings(node):
  """Returns the strings of a list; a glob in it or for it counts as none."""
  return ast.literal_eval(node) if isinstance(node, ast.List) else []


def problems(root=python_tree.ROOT):
  """Returns what is wrong with the BUILD files and the imports, as lines."""
  tree = python_tree.Tree(root)
  found = []
  for path in tree.paths:
    found += _import_problems(tree, path)
    if tree.kind(path) == "py_test" and not tree.runs_tests(path):
      found.append(
        f"{path}: has no `if __name__` part that calls absltest.main(), so"
        " Bazel would run none of its tests"
      )
  for build_path in _build_paths(tree):
    found += _build_problems(tree, BuildFile(root, build_path))
  return found


def _build_paths(tree):
  return sorted({tree.build_file(path) for path in tree.paths})


def _import_problems(tree, path):
  found = []
  folder = path.split("/")[0]
  for module in sorted(tree.unknown[path]):
    found.append(
      f"{path}: imports {module}, which PYPI in bazel/python_tree.py lacks"
    )
  for imported in sorted(tree.imports[path]):
    other = imported.split("/")[0]
    if other != folder and other not in python_tree.MAY_IMPORT[folder]:
      found.append(f"{path}: {folder} must not import {other} ({imported})")
    elif (
      folder == other == "vae_graph"
      and "__init__" not in path + imported
      and tree.layer(imported) > tree.layer(path)
    ):
      found.append(
        f"{path}: imports {imported}, of a layer that is built on this one;"
        f" see LAYERS in bazel/python_tree.py"
      )
  return found


def _build_problems(tree, build):
  if not build.exists:
    return [f"{build.path}: is missing"]
  found = []
  targets = build.targets()
  owners = collections.defaultdict(list)
  for target in targets:
    for name in target.srcs:
      owners[f"{build.package}/{name}"].append(target)
  for path in sorted(set(owners) - set(tree.paths)):
    found.append(f"{build.path}: {path} of :{owners[path][0].name} is no file")
  for path in tree.paths:
    if tree.build_file(path) != build.path:
      continue
    if len(owners[path]) != 1:
      found.append(
        f"{build.path}: {path} is in {len(owners[path])} targets, not in one"
      )
      continue
    found += _target_problems(tree, build, path, owners[path][0])
  found += _data_problems(tree.root, build)
  if build.package == "vae_graph":
    whole = [target for target in targets if target.name == "vae_graph"]
    actual = build.labels(whole[0], "deps") if whole else set()
    found += _difference(
      build, "vae_graph", "deps", tree.whole_library(), actual
    )
  return found


def _data_problems(root, build):
  """Looks for files of the library that no target has among its data."""
  if build.package.split("/")[0] != "vae_graph":
    return []
  patterns = []
  for target in build.targets():
    data = _argument(target.call, "data")
    for node in ast.walk(data) if data else ():
      if isinstance(node, ast.List):
        patterns += [ast.literal_eval(item) for item in node.elts]
  found = []
  folder = os.path.join(root, build.package)
  for parent, folders, files in os.walk(folder):
    folders[:] = [
      name for name in folders if not _is_code(os.path.join(parent, name))
    ]
    for name in files:
      path = os.path.relpath(os.path.join(parent, name), folder)
      if not name.endswith((".py", ".pyc", "BUILD")) and not any(
        fnmatch.fnmatch(path, pattern) for pattern in patterns
      ):
        found.append(f"{build.path}: {path} is in no target's data")
  return found


def _is_code(folder):
  """Returns whether a folder is looked at by itself, or never."""
  return os.path.basename(folder) == "__pycache__" or any(
    name == "BUILD" or name.endswith(".py") for name in os.listdir(folder)
  )


def _target_problems(tree, build, path, target):
  found = []
  kind, label = tree.kind(path), tree.label(path)
  if target.kind != kind:
    found.append(
      f"{build.path}: :{target.name} is a {target.kind}, not a {kind}"
    )
  name = label.partition(":")[2] or label.split("/")[-1]
  if target.name != name:
    found.append(f"{build.path}: {path} is in :{target.name}, not in :{name}")
  found += _difference(
    build,
    target.name,
    "deps",
    tree.dependencies(path),
    build.labels(target, "deps"),
  )
  data = build.labels(target, "data")
  for script in sorted(tree.binaries_run(path)):
    if path.startswith("tests/") and tree.label(script) not in data:
      found.append(
        f"{build.path}: :{target.name} runs {script} and lacks the data"
        f" {tree.label(script)}"
      )
  return found


def _difference(build, name, argument, expected, actual):
  found = []
  for word, labels in (
    ("lacks", expected - actual),
    ("has superfluous", actual - expected),
  ):
    if labels:
      listed = ", ".join(sorted(labels))
      found.append(f"{build.path}: :{name} {word} {argument} {listed}")
  return found


def write(root=python_tree.ROOT):
  """Adds missing targets, removes stale ones and sets all dependencies."""
  tree = python_tree.Tree(root)
  for build_path in _build_paths(tree):
    build = BuildFile(root, build_path)
    if not build.exists:
      build.start()
    for target in reversed(build.targets()):
      paths = {f"{build.package}/{name}" for name in target.srcs}
      if paths and not paths & set(tree.paths):
        build.remove_target(target)
    for path in tree.paths:
      if tree.build_file(path) == build_path:
        label = tree.label(path)
        name = label.partition(":")[2] or label.split("/")[-1]
        build.write_target(
          tree.kind(path),
          name,
          os.path.basename(path),
          tree.dependencies(path),
          "medium" if tree.imports_tensorflow(path) else "small",
        )
    if build.package == "vae_graph":
      build.write_target("py_library", "vae_graph", "", tree.whole_library())
    build.load_rules()
    build.save()


def main():
  """Prints the problems; exits with 1 if there are any."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--write", action="store_true", help="put it right")
  if parser.parse_args().write:
    write()
  found = problems()
  print("\n".join(found) or "The BUILD files are in step with the imports.")
  sys.exit(bool(found))


if __name__ == "__main__":
  main()
