import glob
import os
import signal
import socket
import tempfile
import threading

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.scripts.binary import SMALL, run
from tests.scripts.signalled import signalled
from tests.scripts.trained_run import TrainedRunTestCase
from vae_graph.compat import tf

# The promise.
MOST_SECONDS = 10.0
SLOW = "tests.scripts.slow"
# Epochs of nine steps, evaluations of ten batches.
ARGUMENTS = (
  *SMALL,
  "--batch_size=1000",
  "--eval_batch_size=100",
  "--epochs=2",
  "--ema_decay=0.9",
)
BATCH = "vae_graph.training.split_terms:to_unit_interval"
PICTURE = "vae_graph.plots:plot_samples"
STOPPING = "SIG(INT|TERM): stopping; a second signal exits at once$"


def variables(logdir):
  """Returns `{name: value}` of the latest checkpoint."""
  path = tf.train.latest_checkpoint(logdir)
  reader = tf.train.NewCheckpointReader(path)
  return {
    name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()
  }


def figures(logdir):
  """Returns the records of evaluations, but for what counts from a start."""
  return [
    {
      name: value
      for name, value in record.items()
      if not name.startswith("train_") and name != "images_per_second"
    }
    for record in vae_graph.RunDirectory(logdir).read_metrics()
  ]


def steps_of_plots(logdir):
  """Returns the steps at which TensorBoard has the codes, in order."""
  pattern = os.path.join(logdir, "events", "test", "events*")
  return sorted(
    event.step
    for path in glob.glob(pattern)
    for event in tf.train.summary_iterator(path)
    for value in event.summary.value
    if value.tag == "codes"
  )


def assert_stopped(test, ended, code, *lines):
  """Checks that a process said so at once, in a line, and ended in time.

  Args:
    test: a `TestCase`.
    ended: an `Ended`.
    code: its exit code.
    *lines: regular expressions of what its last lines, but for the first one
      that it says, end with.
  """
  test.assertEqual(ended.code, code, ended.stderr)
  test.assertLess(ended.said_after, MOST_SECONDS / 2)
  test.assertLess(ended.ended_after, MOST_SECONDS)
  expected = (STOPPING, *lines)
  found = ended.stderr.splitlines()[-len(expected) :]
  for line, regex in zip(found, expected):
    test.assertRegex(line, regex)


class StopTrainingTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(self.folder, "run")

  def _stop(self, function, how, *arguments, count=1, **options):
    """Stops a training, of which a function is slow, when that is called.

    Args:
      function, how: as of `tests.scripts.slow`.
      *arguments: flags.
      count: how often it has been called when the signal comes.
      **options: of `signalled`.
    """
    name = function.split(":")[1]
    return signalled(
      function,
      how,
      "train",
      *ARGUMENTS,
      f"--logdir={self.logdir}",
      *arguments,
      program=SLOW,
      phase=lambda stdout: stdout.count(name) >= count,
      **options,
    )

  def _train(self, *arguments, logdir=None):
    arguments = (*ARGUMENTS, f"--logdir={logdir or self.logdir}", *arguments)
    result = run(*arguments)
    self.assertEqual(result.returncode, 0, result.stderr)

  def _assert_goes_on_as_if_nothing_had_been(self, *arguments):
    for path, _, names in os.walk(self.logdir):
      for name in names:
        self.assertNotRegex(name, "tmp|tempstate", path)
    self._train(*arguments)
    alone = os.path.join(self.folder, "alone")
    self._train(*arguments, logdir=alone)
    expected, found = variables(alone), variables(self.logdir)
    self.assertEqual(found.keys(), expected.keys())
    for name, value in expected.items():
      np.testing.assert_array_equal(found[name], value, name)
    self.assertEqual(figures(self.logdir), figures(alone))

  @parameterized.parameters(
    ("vae_graph.data.mnist:load_mnist_10k", "60", signal.SIGTERM),
    ("vae_graph.data.mnist:load_mnist_10k", "session", signal.SIGINT),
    ("vae_graph.training.train:build_train_graph", "60", signal.SIGINT),
  )
  def test_before_training(self, function, how, number):
    ended = self._stop(function, how, number=number)
    assert_stopped(self, ended, 128 + number)
    if how == "session":  # No exception can have ended it.
      self.assertGreater(ended.ended_after, 3)
    else:
      self.assertFalse(os.path.exists(self.logdir))

  def test_a_download(self):
    # Such as a mirror that is connected and says nothing.
    server = socket.socket()
    self.addCleanup(server.close)
    server.bind(("127.0.0.1", 0))
    server.listen(1)
    connections = []
    thread = threading.Thread(
      target=lambda: connections.append(server.accept()[0])
    )
    thread.start()
    cache = os.path.join(self.folder, "cache")
    ended = signalled(
      "--dataset=mnist",
      f"--cache_dir={cache}",
      f"--logdir={self.logdir}",
      phase=lambda _: connections,
      https_proxy=f"http://127.0.0.1:{server.getsockname()[1]}",
      no_proxy="",
    )
    thread.join()
    connections[0].close()
    assert_stopped(self, ended, 143)
    self.assertFalse(os.path.exists(cache))
    self.assertFalse(os.path.exists(self.logdir))

  def test_steps(self):
    saved = os.path.join(self.logdir, "model.ckpt-50.index")
    ended = signalled(
      *ARGUMENTS,
      f"--logdir={self.logdir}",
      "--train_steps=1000000",
      "--checkpoint_every_steps=50",
      "--preempted_exit_code=42",
      phase=lambda _: os.path.exists(saved),
      number=signal.SIGINT,
    )
    step = variables(self.logdir)["global_step"]
    self.assertGreaterEqual(step, 50)
    assert_stopped(
      self, ended, 42, f"^stopped at step {step:,}; the same command goes on"
    )

  def test_an_evaluation(self):
    arguments = ("--eval_every_epochs=1",)
    # The one at step 0, and in the second batch that at step 9.
    for count, lines in ((1, ()), (12, ("^stopped at step 9;",))):
      ended = self._stop(BATCH, "0.3", *arguments, count=count)
      assert_stopped(self, ended, 143, *lines)
    self._assert_goes_on_as_if_nothing_had_been(*arguments)

  @parameterized.parameters((1, 9, [9, 18]), (0, 18, [18]))
  def test_pictures(self, every, stopped, shown):
    arguments = ("--eval_every_epochs=1", f"--plot_every_epochs={every}")
    ended = self._stop(PICTURE, "0.3", *arguments, number=signal.SIGINT)
    assert_stopped(self, ended, 130, f"^stopped at step {stopped};")
    self.assertEqual(steps_of_plots(self.logdir), [])
    self._train(*arguments)
    self.assertEqual(steps_of_plots(self.logdir), shown)
    plots = os.path.join(self.logdir, "plots")
    for path, _, names in os.walk(plots):
      pictures = [name for name in names if name.endswith(".png")]
      self.assertLen(pictures, 4, path)
    folders = [name for name in os.listdir(plots) if name.startswith("step-")]
    self.assertLen(folders, 2 * every)

  def test_a_second_signal(self):
    # Where no exception gets through, in the last evaluation.
    ended = self._stop(BATCH, "session", twice=True)
    assert_stopped(self, ended, 143, "SIGTERM again: exiting at once$")
    self.assertLess(ended.ended_after, MOST_SECONDS / 2)
    self._assert_goes_on_as_if_nothing_had_been()


class StopReadersTest(TrainedRunTestCase):
  """What only reads a run."""

  @parameterized.parameters(
    (
      "vae_graph.evaluation.evaluate_run:evaluate_model",
      "evaluate",
      signal.SIGINT,
    ),
    ("vae_graph.evaluation.report_run:generate", "report", signal.SIGTERM),
    ("vae_graph.files:write_atomically", "encode", signal.SIGINT),
    ("vae_graph.export.export_model:write_export", "export", signal.SIGTERM),
  )
  def test_ends_and_leaves_nothing(self, function, binary, number):
    temporary = os.path.join(self.folder, f"temporary-{binary}")
    os.mkdir(temporary)
    before = set(os.listdir(self.logdir))
    arguments = [f"--logdir={self.logdir}"]
    if binary in ("encode", "export"):
      flag = "output" if binary == "encode" else "export_dir"
      arguments.append(f"--{flag}={self.output}")
    ended = signalled(
      function,
      "60",
      binary,
      *arguments,
      program=SLOW,
      number=number,
      phase=lambda stdout: function.split(":")[1] in stdout,
      TMPDIR=temporary,
    )
    assert_stopped(self, ended, 128 + number)
    self.assertEqual(os.listdir(temporary), [])
    # The folder of the output may be there, but nothing in it.
    above = os.path.dirname(self.output)
    self.assertEmpty(os.listdir(above) if os.path.exists(above) else [])
    made = set(os.listdir(self.logdir)) - before
    if binary == "report":  # It has evaluated by then.
      made -= {"evaluation.json", "evaluations.jsonl"}
    self.assertEmpty(made)


if __name__ == "__main__":
  absltest.main()
