"""docs/reliability.md promises nothing that no test holds."""

import ast
import os
import re

from absl.testing import absltest

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))


def _read(*path):
  with open(os.path.join(_ROOT, *path), encoding="utf-8") as file:
    return file.read()


class GuideTest(absltest.TestCase):
  def test_each_promise_names_tests_that_are_there(self):
    promises = [
      line.split("|")[1:3]
      for line in _read("docs", "reliability.md").splitlines()
      if line.startswith("| ") and "| test" not in line and "| ---" not in line
    ]
    self.assertNotEmpty(promises)
    for promise, held_by in promises:
      named = re.findall(r"`(\w+)/(\w+_test)\.(test_\w+)`", held_by)
      self.assertNotEmpty(named, promise)
      for folder, module, test in named:
        tree = ast.parse(_read("tests", folder, module + ".py"))
        tests = [
          node.name
          for node in ast.walk(tree)
          if isinstance(node, ast.FunctionDef)
        ]
        self.assertIn(test, tests, promise)


if __name__ == "__main__":
  absltest.main()
