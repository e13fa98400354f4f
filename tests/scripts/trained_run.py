"""A run so small that a test can train it, for the binaries that use it."""

import dataclasses
import os
import tempfile

import numpy as np
from absl.testing import parameterized

import vae_graph
from tests.scripts.binary import run
from tests.training.toy import toy_config, toy_dataset
from vae_graph.inference.trained_model import TrainedModel


class TrainedRunTestCase(parameterized.TestCase):
  """Trains a run of 6 x 5 gray images, and runs a binary on it.

  Subclasses name the binary, and say whether it has the flag --output.
  """

  binary = None
  has_output = True
  code_size = 2
  shape = (6, 5)
  binarization = "none"
  class_names = None

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    # Not enter_context, which classes have from Python 3.8 on.
    cls._temporary = tempfile.TemporaryDirectory()
    cls.folder = cls._temporary.name
    cls.logdir = os.path.join(cls.folder, "run")
    cls.dataset = toy_dataset(shape=cls.shape)
    data_dir = os.path.join(cls.folder, "data.npz")
    train, test = cls.dataset
    names = {} if cls.class_names is None else {"class_names": cls.class_names}
    np.savez(
      data_dir,
      **names,
      x_train=train.images,
      y_train=train.labels,
      x_test=test.images,
      y_test=test.labels,
    )
    config = toy_config()
    config = dataclasses.replace(
      config,
      model=dataclasses.replace(config.model, code_size=cls.code_size),
      data=vae_graph.DataConfig(
        dataset="npz", data_dir=data_dir, binarization=cls.binarization
      ),
    )
    cls.config = config
    vae_graph.train(config, cls.logdir)

  @classmethod
  def tearDownClass(cls):
    cls._temporary.cleanup()
    super().tearDownClass()

  def setUp(self):
    super().setUp()
    temporary = tempfile.TemporaryDirectory()
    self.addCleanup(temporary.cleanup)
    self.output = os.path.join(temporary.name, "new", "output")

  def model(self):
    """Returns the trained model, to be closed when the test ends."""
    model = TrainedModel(self.logdir)
    self.addCleanup(model.close)
    return model

  def run_binary(self, *arguments):
    """Runs the binary; returns its lines."""
    result = self._run(*arguments)
    self.assertEqual(result.returncode, 0, result.stderr)
    return result.stdout.splitlines()

  def assert_fails(self, exit_code, message, *arguments):
    """Checks that the binary fails with one line, and writes nothing."""
    result = self._run(*arguments)
    name = self.binary.split(".")[-1]
    lines = [
      line
      for line in result.stderr.splitlines()
      if line.startswith(f"{name}: error: ")
    ]
    self.assertEqual(result.returncode, exit_code, result.stderr)
    self.assertLen(lines, 1, result.stderr)
    self.assertTrue(result.stderr.endswith(lines[0] + "\n"), result.stderr)
    self.assertRegex(lines[0], message)
    self.assertNotIn("Traceback", result.stderr)
    self.assertFalse(os.path.exists(self.output))

  def load(self, *path):
    """Returns the arrays of a file of the output as a dict."""
    with np.load(os.path.join(self.output, *path)) as archive:
      return dict(archive)

  def _run(self, *arguments):
    if self.has_output:
      arguments = (f"--output={self.output}", *arguments)
    return run(f"--logdir={self.logdir}", *arguments, binary=self.binary)
