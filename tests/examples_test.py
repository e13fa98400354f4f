"""The programs of docs/examples/ do and print what their docstrings say."""

import ast
import glob
import os
import re
import subprocess
import sys
import tempfile

from absl.testing import absltest, parameterized

from vae_graph.compat import tf

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "docs", "examples")
NAMES = sorted(
  os.path.basename(path)[: -len(".py")]
  for path in glob.glob(os.path.join(FOLDER, "*.py"))
)
LEGS = ("1.15", "2.15", "2.21")
NUMBER = r"[-+]?[\d,]*\.?\d+(?:e[-+]?\d+)?"


def promises(docstring):
  """Returns what the end of an example's docstring says.

  Args:
    docstring: with a line `Legs: TensorFlow 1.15, 2.21.`, `Prints:`, and behind
      that the lines of its output, indented.

  Returns:
    The versions of TensorFlow, and the lines.

  Raises:
    ValueError: it says neither the one nor the other.
  """
  found = re.search(
    r"^Legs: TensorFlow ([\d.]+(?:, [\d.]+)*)\.\nPrints:\n\n((?:    .+\n?)+)\Z",
    docstring,
    re.MULTILINE,
  )
  legs = found[1].split(", ") if found else []
  if not legs or set(legs) - set(LEGS):
    raise ValueError(
      f"a docstring that ends with `Legs: TensorFlow {', '.join(LEGS)}.`, or"
      " some of them, and `Prints:` with lines is expected; see"
      f" docs/examples/README.md. Found:\n{docstring}"
    )
  return legs, [line.strip() for line in found[2].splitlines()]


def pattern(line):
  """Returns a line of `Prints:` as a regular expression."""
  return re.sub(r"\bN\b", lambda _: NUMBER, re.escape(line))


class ExamplesTest(parameterized.TestCase):
  @parameterized.named_parameters(*[(f"in_{name}", name) for name in NAMES])
  def test_what_is_promised(self, name):
    path = os.path.join(FOLDER, f"{name}.py")
    with open(path, encoding="utf-8") as file:
      legs, lines = promises(ast.get_docstring(ast.parse(file.read())) or "")
    if not any(tf.__version__.startswith(f"{leg}.") for leg in legs):
      self.skipTest(f"it is for TensorFlow {', '.join(legs)}")
    with tempfile.TemporaryDirectory() as folder:
      result = subprocess.run(
        [sys.executable, path],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        env=dict(os.environ, PYTHONPATH=ROOT),
      )
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertNotIn("Traceback", result.stderr)
    self.assertRegex(
      result.stdout, r"\A" + "".join(f"{pattern(x)}\n" for x in lines) + r"\Z"
    )


class PromisesTest(parameterized.TestCase):
  def test_are_versions_and_lines(self):
    self.assertEqual(
      promises(
        "Does it.\n\nLegs: TensorFlow 1.15, 2.21.\nPrints:\n\n    a N\n    b"
      ),
      (["1.15", "2.21"], ["a N", "b"]),
    )

  @parameterized.parameters(
    ("",),
    ("Does it.\n\nLegs: TensorFlow .\nPrints:\n\n    a",),
    ("Does it.\n\nLegs: TensorFlow 2.21.\nPrints:\n",),
    ("Does it.\n\nLegs: TensorFlow 2.22.\nPrints:\n\n    a",),
  )
  def test_are_missed(self, docstring):
    with self.assertRaisesRegex(ValueError, "README.md"):
      promises(docstring)

  def test_a_number(self):
    for text in ("ELBO -150.25 at", "ELBO 7 at", "ELBO 1,000 at"):
      self.assertRegex(text, f"^{pattern('ELBO N at')}$")
    self.assertNotRegex("ELBO nan at", pattern("ELBO N at"))


if __name__ == "__main__":
  absltest.main()
