import os
import pickle
import subprocess
import sys
import tempfile

from absl.testing import absltest

import vae_graph
from tests.inference.random_run import make_run
from tests.scripts.binary import environment
from vae_graph import errors

# What a host is: it has its own logging, loads a model, and starts workers.
_HOST = """
import logging, multiprocessing, sys

def logger_state():
  root = logging.getLogger()
  return root.level, list(root.handlers), logging.getLoggerClass()

def work(logdir):
  import numpy, vae_graph
  with vae_graph.TrainedModel(logdir) as model:
    print("spawned", model.decode(numpy.zeros([1, 2])).shape, flush=True)

def refused(function):
  try:
    function()
  except vae_graph.VaeGraphError as error:
    print("refused", error, flush=True)

def forked(model, logdir):
  import numpy
  refused(lambda: model.decode(numpy.zeros([1, 2])))
  refused(lambda: model.score(numpy.zeros([1, 6, 5])))
  refused(lambda: vae_graph.TrainedModel(logdir))
  refused(lambda: vae_graph.export_model(logdir, logdir + "_export"))
  model.close()

if __name__ == "__main__":
  before = logger_state()
  import numpy, vae_graph
  logdir = sys.argv[1]
  with vae_graph.TrainedModel(logdir) as model:
    model.decode(numpy.zeros([1, 2]))
    assert logger_state() == before, (before, logger_state())
    for method, target, arguments in (
      ("fork", forked, (model, logdir)), ("spawn", work, (logdir,))
    ):
      process = multiprocessing.get_context(method).Process(
        target=target, args=arguments
      )
      process.start()
      process.join(60)
      print(method, process.exitcode, flush=True)
      process.kill()
"""


class ProcessesTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.run_directory = make_run(os.path.join(self.folder, "run"))

  def test_a_fork_is_refused_and_spawn_works(self):
    path = os.path.join(self.folder, "host.py")
    with open(path, "w", encoding="utf-8") as file:
      file.write(_HOST)
    result = subprocess.run(
      [sys.executable, path, self.run_directory.path],
      capture_output=True,
      text=True,
      timeout=300,
      env=environment(),
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    *refused, fork, spawned, spawn = result.stdout.splitlines()
    names = [*["TrainedModel"] * 3, "export_model"]
    self.assertLen(refused, len(names))
    for line, name in zip(refused, names):
      self.assertRegex(line, f"^refused {name}: this .*forked.*spawn")
    self.assertEqual(
      [fork, spawned, spawn], ["fork 0", "spawned (1, 6, 5)", "spawn 0"]
    )

  def test_pickling_says_what_to_do(self):
    with vae_graph.TrainedModel(self.run_directory.path) as model:
      with self.assertRaisesRegex(
        errors.ProcessError, "cannot be pickled.*pass the run directory"
      ):
        pickle.dumps(model)


if __name__ == "__main__":
  absltest.main()
