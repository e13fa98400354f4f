"""What the tests of run directories share: a place for one, and its errors."""

import json
import os
import tempfile

from absl.testing import parameterized

from vae_graph import config as configs
from vae_graph import errors
from vae_graph.runs.directory import RunDirectory

SHAPE = (28, 28)


class RunTestCase(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    temporary = tempfile.TemporaryDirectory()
    self.addCleanup(temporary.cleanup)
    self.path = os.path.join(temporary.name, "runs", "first")

  def open(self, config=None, **kwargs):
    """Opens the run; by default with the default settings."""
    config = config or configs.ExperimentConfig()
    return RunDirectory.open(
      self.path, config, **{"image_shape": SHAPE, **kwargs}
    )

  def read(self, name):
    with open(os.path.join(self.path, name), encoding="utf-8") as file:
      return file.read()

  def write(self, name, text):
    os.makedirs(self.path, exist_ok=True)
    with open(os.path.join(self.path, name), "w", encoding="utf-8") as file:
      file.write(text)

  def edit_config(self, edit):
    content = json.loads(self.read("config.json"))
    edit(content)
    self.write("config.json", json.dumps(content))

  def error_of(self, function, *args, **kwargs):
    """Returns the text of the RunDirectoryError, which must be one line."""
    with self.assertRaises(errors.RunDirectoryError) as caught:
      function(*args, **kwargs)
    text = str(caught.exception)
    self.assertNotIn("\n", text)
    self.assertEqual(caught.exception.exit_code, 1)
    return text
