import subprocess
import sys

from absl.testing import absltest

from scripts import app
from tests.scripts.binary import environment


class AppTest(absltest.TestCase):
  def test_a_terminal_that_lacks_a_sign_ends_nothing(self):
    code = "app.run(lambda: print('1 \\u00b1 2'))"
    code = f"import {app.__name__} as app; {code}"
    result = subprocess.run(
      [sys.executable, "-c", code],
      capture_output=True,
      text=True,
      timeout=100,
      env=dict(environment(), PYTHONIOENCODING="ascii"),
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertEqual(result.stdout, "1 ? 2\n")


if __name__ == "__main__":
  absltest.main()
