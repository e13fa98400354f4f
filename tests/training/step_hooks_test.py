"""TensorFlow's own hooks do what their documentation says."""

import contextlib
import glob
import json
import logging
import os
import re
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training import kept
from tests.training.toy import any_pixels, toy_config, toy_dataset
from vae_graph.compat import tf

MODES = {
  "feed": dict(input_mode="feed"),
  "resident": dict(input_mode="resident", steps_per_run=4),
}
BOTH = [(f"_{mode}", mode) for mode in MODES]


@contextlib.contextmanager
def tensorflow_log():
  """Lists the lines that TensorFlow logs."""
  lines = []

  class Handler(logging.Handler):
    def emit(self, record):
      lines.append(record.getMessage())

  logger, handler = logging.getLogger("tensorflow"), Handler()
  level = logger.level
  logger.addHandler(handler)
  logger.setLevel(logging.INFO)
  try:
    yield lines
  finally:
    logger.setLevel(level)
    logger.removeHandler(handler)


class Probe(tf.train.SessionRunHook):
  """Lists what it is shown: step, and what it fetches."""

  def __init__(self, fetches, feed_dict=None):
    self.seen = []
    self._fetches = fetches
    self._feed_dict = feed_dict

  def before_run(self, run_context):
    return tf.train.SessionRunArgs(self._fetches, self._feed_dict)

  def after_run(self, run_context, run_values):
    step = run_context.session.run(tf.train.get_global_step())
    self.seen.append((int(step), run_values.results))


def tensor(name):
  return tf.get_default_graph().get_tensor_by_name(name)


class FolderTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.folder = folder.name
    self.logdir = os.path.join(self.folder, "run")

  def train(self, mode, *hooks, logdir=None):
    config = toy_config(**MODES[mode], eval_every_epochs=0)
    return vae_graph.train(
      config,
      logdir or self.logdir,
      dataset=toy_dataset(),
      extra_hooks=hooks,
    )


class StockHooksTest(FolderTest):
  def events(self, folder):
    """Returns `[(step, tag, value)]` of a folder."""
    tf.summary.FileWriterCache.clear()  # Writes what waits to be written.
    return [
      (event.step, value.tag, value.simple_value)
      for path in sorted(glob.glob(os.path.join(folder, "events.*")))
      for event in tf.train.summary_iterator(path)
      for value in event.summary.value
    ]

  @parameterized.named_parameters(BOTH)
  def test_those_that_only_look_on(self, mode):
    folders = {
      name: os.path.join(self.folder, name)
      for name in ("speed", "copies", "summaries", "profile")
    }
    os.makedirs(folders["profile"])
    final_ops = tf.train.FinalOpsHook(["loss:0", "code:0"])
    probe = []

    def make_log():
      step = tf.train.get_global_step().read_value()
      return tf.train.LoggingTensorHook(
        {"loss": "loss", "step": step}, every_n_iter=5, at_end=True
      )

    def make_summaries():
      return tf.train.SummarySaverHook(
        save_steps=5,
        output_dir=folders["summaries"],
        summary_op=tf.summary.scalar("my_elbo", tensor("elbo:0")),
      )

    def make_feed():
      count = tf.placeholder_with_default(0, [], name="count")
      probe.append(Probe(count * 2))
      return tf.train.FeedFnHook(lambda: {count: 21})

    with tensorflow_log() as lines:
      self.train(
        mode,
        make_log,
        tf.train.StepCounterHook(every_n_steps=5, output_dir=folders["speed"]),
        tf.train.CheckpointSaverHook(folders["copies"], save_steps=5),
        # It makes a file of events at once, which needs a graph.
        lambda: tf.train.ProfilerHook(
          save_steps=5, output_dir=folders["profile"]
        ),
        final_ops,
        make_summaries,
        make_feed,
        lambda: probe[0],
      )

    logged = [line for line in lines if line.startswith("loss = ")]
    self.assertLen(logged, 4, lines)
    for line, step in zip(logged, [0, 5, 10, 12]):
      self.assertIn(f"step = {step}", line)
    speeds = [each for each in self.events(folders["speed"]) if each[2] > 0]
    self.assertEqual([each[1] for each in speeds], ["global_step/sec"] * 2)
    self.assertEqual([each[0] for each in speeds], [6, 11])
    self.assertEqual(
      [each[:2] for each in self.events(folders["summaries"])],
      [(step, "my_elbo") for step in (1, 6, 11)],
    )
    loss, code = final_ops.final_ops_values
    self.assertTrue(np.isfinite(loss))
    self.assertEqual(code.shape, (10, 2))
    self.assertEqual(probe[0].seen, [(step, 42) for step in range(1, 13)])
    self.check_copies(folders["copies"])
    self.check_profile(folders["profile"])

  def check_copies(self, folder):
    steps = re.findall(
      r"model\.ckpt-(\d+)\.index", " ".join(sorted(os.listdir(folder)))
    )
    self.assertEqual(steps, ["0", "10", "12", "5"])
    mine, theirs = kept.variables(self.logdir), kept.variables(folder)
    self.assertEqual(mine.keys(), theirs.keys())
    for name, value in mine.items():
      np.testing.assert_array_equal(value, theirs[name])

  def check_profile(self, folder):
    names = sorted(each for each in os.listdir(folder) if "timeline" in each)
    self.assertEqual(names, ["timeline-10.json", "timeline-5.json"])
    with open(os.path.join(folder, names[0])) as file:
      ops = {each["name"] for each in json.load(file)["traceEvents"]}
    # Of the training step itself.
    self.assertIn("ResourceApplyAdam", ops)

  @parameterized.named_parameters(BOTH)
  def test_stop_at_step(self, mode):
    result = self.train(mode, tf.train.StopAtStepHook(last_step=7))
    self.assertEqual((result.step, result.complete), (7, False))
    result = self.train(mode, tf.train.StopAtStepHook(num_steps=3))
    self.assertEqual(result.step, 10)

  @parameterized.named_parameters(BOTH)
  def test_nan_tensor(self, mode):
    def make_hook():
      step = tf.cast(tf.train.get_global_step().read_value(), tf.float32)
      loss = tf.where(step < 5, tensor("loss:0"), np.nan)
      return tf.train.NanTensorHook(loss, fail_on_nan_loss=False)

    result = self.train(mode, make_hook)
    self.assertEqual((result.step, result.complete), (6, False))

  @parameterized.parameters("/", "/best", "/../run/mine")
  def test_checkpoint_saver_in_the_folder_of_the_run(self, place):
    hook = tf.train.CheckpointSaverHook(self.logdir + place, save_steps=5)
    with self.assertRaisesRegex(
      vae_graph.errors.ConfigError, "CheckpointSaverHook.*folder of its own"
    ):
      self.train("feed", hook)
    self.assertEmpty(glob.glob(os.path.join(self.logdir, "model.ckpt*")))

  @parameterized.parameters(
    (["x"], "SessionRunHooks, or functions.* found 'x'"),
    ([lambda: None], "SessionRunHooks, or functions.* found None"),
    ([tf.train.FinalOpsHook("train_step")], "makes a training step"),
    (tf.train.StopAtStepHook(3), "a list of hooks, found <.*StopAtStepHook"),
  )
  def test_what_is_no_hook(self, hooks, message):
    self.refused(hooks, message)

  @parameterized.parameters(
    (tf.train.LoggingTensorHook, {"a": "train_step"}),
    (tf.train.LoggingTensorHook, ["lsos"]),
    (tf.train.NanTensorHook, "lsos:0"),
    (tf.train.FinalOpsHook, ["lsos:0"]),
    (tf.train.FinalOpsHook, [3]),
  )
  def test_a_tensor_that_is_not_there(self, hook, names):
    args = [100] if hook is tf.train.LoggingTensorHook else []
    self.refused(
      [hook(names, *args)], f"{hook.__name__} asks for what.* docs/graph.md"
    )

  def refused(self, hooks, message):
    with self.assertRaisesRegex(vae_graph.errors.ConfigError, message):
      vae_graph.train(
        toy_config(), self.logdir, dataset=toy_dataset(), extra_hooks=hooks
      )

  @parameterized.parameters(0, -1, 2.5, None)
  def test_no_period(self, period):
    hook = Probe([])
    hook.every_steps = period
    with self.assertRaisesRegex(
      vae_graph.errors.ConfigError,
      f"^every_steps of Probe must be .* 1 or more, found {period}$",
    ):
      self.train("feed", hook)

  def test_global_step_waiter(self):
    with self.assertRaisesRegex(
      vae_graph.errors.ConfigError, "GlobalStepWaiterHook waits"
    ):
      self.train("feed", tf.train.GlobalStepWaiterHook(10))


class StepHooksTest(FolderTest):
  """What any hook that counts runs is shown."""

  @parameterized.named_parameters(BOTH)
  def test_each_step_and_its_images(self, mode):
    def make_probe():
      step = tf.train.get_global_step().read_value()
      probe = Probe({"images": "data:0", "step": step})
      probes.append(probe)
      return probe

    probes = []
    self.train(mode, make_probe)
    (probe,) = probes
    order = toy_order()
    images = toy_dataset().train.images
    self.assertEqual([step for step, _ in probe.seen], list(range(1, 13)))
    for step, results in probe.seen[:6]:
      self.assertEqual(results["step"], step - 1)
      chosen = order[10 * (step - 1) : 10 * step]
      np.testing.assert_allclose(
        results["images"], images[chosen] / 255, rtol=1e-6
      )

  def test_both_modes_show_the_same(self):
    seen = []
    for mode in MODES:
      probe = Probe(["loss:0", "elbo:0"])
      self.train(mode, probe, logdir=self.logdir + mode)
      seen.append([results for _, results in probe.seen])
    np.testing.assert_allclose(*seen, rtol=1e-5)

  @parameterized.named_parameters(BOTH)
  def test_every_few_steps(self, mode):
    probe, of_runs = Probe("loss:0"), Probe([])
    probe.every_steps = 5
    of_runs.next_step = lambda step: None
    last = tf.train.FinalOpsHook("loss:0")  # It looks at no run.
    self.train(mode, probe, of_runs, last)
    self.assertTrue(np.isfinite(last.final_ops_values))
    self.assertEqual([step for step, _ in probe.seen], [5, 10])
    runs = [step for step, _ in of_runs.seen]
    if mode == "resident":
      self.assertEqual(runs, [4, 5, 6, 9, 10, 12])

  def test_bits_are_those_without_hooks(self):
    self.train("resident")
    other = self.logdir + "_with_hooks"
    self.train("resident", Probe(["loss:0", "code:0"]), logdir=other)
    kept.assert_same_training(self, self.logdir, other)

  @parameterized.named_parameters(BOTH)
  def test_what_would_make_a_step(self, mode):
    with self.assertRaisesRegex(
      vae_graph.errors.ConfigError, "Probe fetches train_step, which makes"
    ):
      self.train(mode, Probe("train_step"))
    self.assertEqual(kept.variables(self.logdir)["global_step"], 0)

  def test_rolls_back(self):
    """A hook that wants to know is told."""
    told = []
    probe = Probe("loss:0")
    probe.go_on = lambda session, step: told.append(step)
    config = toy_config(**MODES["resident"], on_nan="rollback", max_rollbacks=2)
    dataset = toy_dataset(dtype=np.float32)
    dataset.train.images[toy_order()[25]] = np.nan
    with any_pixels():
      vae_graph.train(config, self.logdir, dataset=dataset, extra_hooks=[probe])
    # An epoch has the image once.
    self.assertEqual(told, [0, 6])
    self.assertEqual(
      [step for step, _ in probe.seen], [1, 2, *range(1, 10), *range(7, 13)]
    )


def toy_order():
  return vae_graph.randomness.epoch_order(0, 0, num_images=64)


if __name__ == "__main__":
  absltest.main()
