import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest

from absl.testing import absltest, parameterized

from scripts import app
from tests.scripts.binary import SMALL, environment

# What a team writes that has flags of its own.
PROGRAM = '''"""Our program."""
from absl import flags
from scripts import app, {binary}

flags.DEFINE_string("team", "vision", "Whose run it is.")

if __name__ == "__main__":
  app.run({binary}.main)
'''


PRELUDE = """
import threading
import numpy as np
from scripts import app
from vae_graph import errors, files
"""


# The same, of the installed package's commands.
PROGRAM_OF_COMMANDS = PROGRAM.replace(
  "scripts import app, {binary}", "vae_graph import commands"
).replace("app.run({binary}.main)", "commands.{binary}()")


def run(*arguments, **variables):
  """Runs Python in a process of its own."""
  return subprocess.run(
    [sys.executable, *arguments],
    capture_output=True,
    text=True,
    timeout=300,
    env=dict(environment(), **variables),
  )


class AppTest(parameterized.TestCase):
  def test_a_terminal_that_lacks_a_sign_ends_nothing(self):
    code = "app.run(lambda: print('1 \\u00b1 2'))"
    code = f"import {app.__name__} as app; {code}"
    result = run("-c", code, PYTHONIOENCODING="ascii")
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertEqual(result.stdout, "1 ? 2\n")

  @parameterized.parameters(((), False), (("--verbosity=0",), True))
  def test_warnings_show_once_and_remarks_where_asked(self, flags, are_shown):
    code = (
      "import logging, sys; from scripts import app;"
      " log = logging.getLogger('library');"
      " app.run(lambda: log.info('a remark') or log.warning('a warning'))"
    )
    result = run("-c", code, *flags)
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertEqual(result.stderr.count("a warning"), 1, result.stderr)
    self.assertEqual("a remark" in result.stderr, are_shown, result.stderr)


class UnexpectedTest(parameterized.TestCase):
  """What is no `VaeGraphError`."""

  def _run(self, statements, *flags, **options):
    main = f"def main(): exec({textwrap.dedent(statements)!r})"
    return subprocess.run(
      [sys.executable, "-c", f"{PRELUDE}{main}\napp.run(main)", *flags],
      stderr=subprocess.PIPE,
      text=True,
      timeout=60,
      env=dict(environment(), PYTHONUNBUFFERED=""),
      **options,
    )

  @parameterized.parameters(
    ("raise ValueError('one\\n two')", "ValueError: one (scripts/app.py:"),
    ("raise MemoryError", "MemoryError (scripts/app.py:"),
    ("raise KeyError('a')", "KeyError: 'a' (scripts/app.py:"),
    (
      "raise RuntimeError('2 root error(s) found.\\n  (0) no room\\n[[Mul]]')",
      "RuntimeError: (0) no room (scripts/app.py:",
    ),
    ("raise OSError('x' * 400)", f"OSError: {'x' * 300} ... (scripts/app.py:"),
    (
      "np.linalg.inv(np.zeros((2, 2)))",
      "numpy.linalg.LinAlgError: Singular matrix (scripts/app.py:",
    ),
    (
      "files.strict_json(set())",
      "TypeError: Object of type set is not JSON serializable"
      " (vae_graph/files.py:",
    ),
  )
  def test_is_a_line(self, statement, expected):
    result = self._run(statement)
    self.assertEqual(result.returncode, 1, result.stderr)
    self.assertLen(result.stderr.splitlines(), 1, result.stderr)
    self.assertStartsWith(result.stderr, f"-c: error: {expected}")
    self.assertEndsWith(result.stderr, "; --traceback shows all of it\n")

  @parameterized.parameters("1 / 0", "raise errors.DataError('none')")
  def test_traceback_shows_all_of_it(self, statement):
    result = self._run(statement, "--traceback")
    self.assertEqual(result.returncode, 1, result.stderr)
    self.assertIn("Traceback (most recent call last)", result.stderr)

  @unittest.skipIf(sys.version_info < (3, 8), "Python 3.7 has no such hook")
  def test_in_a_thread(self):
    result = self._run("""
        thread = threading.Thread(target=lambda: 1 / 0, name="Ours")
        thread.start()
        thread.join()
    """)
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertStartsWith(
      result.stderr,
      "-c: error: in thread Ours: ZeroDivisionError: division by zero (",
    )
    self.assertLen(result.stderr.splitlines(), 1, result.stderr)

  @parameterized.parameters(
    ("print('x' * 10 ** 6)", ()),
    ("print('x')", ()),
    ("print('x', flush=True)", ("--traceback",)),
    ("", ("--help",)),
  )
  def test_where_nobody_reads_it_is_quiet(self, statement, flags):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as stdout:
      result = self._run(statement, *flags, stdout=stdout)
    self.assertEqual((result.returncode, result.stderr), (141, ""))

  @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
  def test_output_that_finds_no_room(self):
    with open("/dev/full", "wb") as stdout:
      result = self._run("print('x')", stdout=stdout)
    self.assertEqual(result.returncode, 1)
    self.assertEqual(
      result.stderr,
      "-c: error: the standard output cannot be written: No space left on"
      " device\n",
    )

  def test_closed_output(self):
    result = self._run("print('x')", preexec_fn=lambda: os.close(1))
    self.assertEqual((result.returncode, result.stderr), (0, ""))


class ProgramTest(parameterized.TestCase):
  """A program of somebody's own that runs the `main` of a binary."""

  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())

  def _run(self, binary, *arguments, program=PROGRAM):
    path = os.path.join(self.folder, "ours.py")
    with open(path, "w", encoding="utf-8") as file:
      file.write(program.format(binary=binary))
    return run(path, *arguments)

  @parameterized.parameters(
    ("train", PROGRAM), ("encode", PROGRAM_OF_COMMANDS), ("report", PROGRAM)
  )
  def test_help_lists_the_flags_of_the_binary(self, binary, program):
    found = self._run(binary, "--help", program=program).stdout
    expected = run("-m", f"scripts.{binary}", "--help").stdout
    names = re.compile(r"^  (?:-\w,)?--(\S+):", re.MULTILINE)
    self.assertEqual(
      set(names.findall(found)), {"team", *names.findall(expected)}
    )
    self.assertIn("Our program.", found)

  def test_it_may_have_modules_of_the_names_of_ours(self):
    for name in ("flags", "scripts"):
      path = os.path.join(self.folder, f"{name}.py")
      with open(path, "w", encoding="utf-8") as file:
        file.write("TEAM = 'speech'")
    program = PROGRAM_OF_COMMANDS.replace(
      '"vision"', "__import__('flags').TEAM"
    ).replace("from absl", "import scripts\nfrom absl")
    help_text = self._run("train", "--help", program=program).stdout
    self.assertIn("--train_steps", help_text)
    self.assertIn("(default: 'speech')", help_text)

  def test_it_trains_and_its_flags_are_kept(self):
    logdir = os.path.join(self.folder, "run")
    arguments = (*SMALL, "--train_steps=1", "--seed=3", "--team=speech")
    result = self._run("train", f"--logdir={logdir}", *arguments)
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertStartsWith(result.stdout, "test ELBO ")
    path = os.path.join(logdir, "flags.txt")
    with open(path, encoding="utf-8") as file:
      lines = file.read().splitlines()
    for line in ("--hidden_units=16", "--seed=3", "--team=speech"):
      self.assertIn(line, lines)
    # As `--flagfile` reads it.
    other = os.path.join(self.folder, "other")
    result = self._run("train", f"--flagfile={path}", f"--logdir={other}")
    self.assertEqual(result.returncode, 0, result.stderr)
    with open(os.path.join(other, "config.json"), encoding="utf-8") as file:
      self.assertEqual(json.load(file)["config"]["training"]["seed"], 3)

  @parameterized.parameters(
    ("train", 2, "--logdir is missing; name a folder for the run"),
    ("train", 2, "unexpected argument 'extra'; flags begin with --", "extra"),
    ("train", 2, "Unknown command line flag 'epoch'", "--epoch=3"),
    # Its main takes arguments.
    ("encode", 2, "--output is missing; name a .npz file", "0", "1"),
    ("report", 1, "/nowhere does not exist", "--logdir=/nowhere"),
  )
  def test_errors_are_one_line(self, binary, exit_code, message, *arguments):
    result = self._run(binary, *arguments)
    self.assertEqual(result.returncode, exit_code, result.stderr)
    self.assertStartsWith(result.stderr, f"ours: error: {message}")
    self.assertLen(result.stderr.splitlines(), 1)


if __name__ == "__main__":
  absltest.main()
