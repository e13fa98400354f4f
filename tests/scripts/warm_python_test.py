import os
import signal
import subprocess

from absl.testing import absltest, parameterized

from tests.scripts import binary

STATEMENT = "tests.scripts.statement"


def run(statement, **options):
  return binary.run(statement, binary=STATEMENT, **options)


class WarmPythonTest(parameterized.TestCase):
  @parameterized.parameters(
    ("print('out')", 0),
    ("import sys; print('out'); sys.exit(3)", 3),
    ("import sys; sys.exit('no')", 1),
    ("import atexit; atexit.register(print, 'end')", 0),
    ("1 / 0", 1),
    ("import os; os._exit(4)", 4),
    ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
    ("import os; os.kill(os.getpid(), 15)", -signal.SIGTERM),
  )
  def test_ends_as_a_process_of_its_own(self, statement, code):
    real = binary.run_process(statement, binary=STATEMENT)
    self.assertEqual(real.returncode, code, real.stderr)
    result = run(statement)
    self.assertEqual(result.returncode, code, result.stderr)
    self.assertEqual(result.stdout, real.stdout)
    # Tracebacks differ in where they begin.
    self.assertEqual(
      result.stderr.splitlines()[-1:], real.stderr.splitlines()[-1:]
    )

  def test_shares_tensorflow_and_nothing_of_ours(self):
    result = run(
      "import sys; print({'tensorflow', 'vae_graph', 'flags', 'scripts'}"
      " & set(sys.modules))"
    )
    self.assertEqual(result.stdout, "{'tensorflow'}\n", result.stderr)

  def test_no_run_sees_what_another_did(self):
    run("import os, sys; os.environ['X'] = '1'; os.chdir('/'); sys.path = []")
    result = run("import os; print(os.getcwd(), os.environ.get('X'))")
    self.assertEqual(result.stdout, f"{os.getcwd()} None\n", result.stderr)

  def test_takes_variables_and_no_input(self):
    result = run(
      "import os, sys; print(os.environ['X'], sys.stdin.read())", X="2"
    )
    self.assertEqual(result.stdout, "2 \n", result.stderr)

  def test_what_lasts_too_long_is_killed(self):
    with self.assertRaises(subprocess.TimeoutExpired):
      run("import time; time.sleep(1000)", timeout=1)
    self.assertEqual(run("print('again')").stdout, "again\n")


if __name__ == "__main__":
  absltest.main()
