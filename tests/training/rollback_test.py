import dataclasses
import json
import os
import shutil
import tempfile
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training import kept
from tests.training.crash import Crash
from tests.training.toy import any_pixels, toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.data.batches import FeedBatches
from vae_graph.runs.checkpoint_saver import CheckpointSaver
from vae_graph.training.rollback import RollbackHook


def poisoned():
  """The toy data set with an image that makes its batch's loss NaN."""
  dataset = toy_dataset(dtype=np.float32)
  dataset.train.images[5] = np.nan
  return dataset


def config(**settings):
  settings = dict(
    epochs=3,
    on_nan="rollback",
    checkpoint_every_steps=4,
    summary_every_steps=2,
    ema_decay=0.9,
    **settings,
  )
  return toy_config(**settings)


class Spoil(tf.train.SessionRunHook):
  """Makes a weight NaN behind a step, once, as its update might have.

  Attributes:
    is_done: whether that has happened.
    went_back: `(global step, argument)` of each `go_on`.
  """

  def __init__(self, step):
    self._step = step
    self.is_done = False
    self.went_back = []

  def begin(self):
    weight = tf.trainable_variables()[0]
    self._spoil = weight.assign(tf.fill(weight.shape, np.nan)).op

  def after_run(self, run_context, run_values):
    del run_values
    session = run_context.session
    step = session.run(tf.train.get_global_step())
    if step == self._step and not self.is_done:
      session.run(self._spoil)
      self.is_done = True

  def go_on(self, session, step):
    self.went_back.append((session.run(tf.train.get_global_step()), step))


class RollbackTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(self.folder, "run")

  def _train(self, experiment_config, logdir=None, **kwargs):
    kwargs.setdefault("dataset", poisoned())
    logdir = logdir or self.logdir
    with any_pixels():
      return vae_graph.train(experiment_config, logdir, **kwargs)

  def _rollbacks(self, logdir=None):
    path = os.path.join(logdir or self.logdir, "rollbacks.json")
    with open(path, encoding="utf-8") as file:
      return json.load(file)["rollbacks"]

  def test_leaves_the_batch_out_and_lowers_the_learning_rate(self):
    result = self._train(config())
    self.assertTrue(result.complete)
    found = self._rollbacks()
    batches = FeedBatches(
      poisoned().train.images, batch_size=10, seed=0, data=None
    )
    # The one of each epoch that has the image, unless it is among the four
    # that are left over.
    expected = [
      step
      for step in range(18)
      if np.isnan(next(iter(batches.feed(None, step).values()))).any()
    ]
    self.assertNotEmpty(expected)
    self.assertEqual([each["skipped_batch"] for each in found], expected)
    for each in found:
      # The last checkpoint by steps or of an evaluation.
      before = range(each["failed_step"])
      last = max(s for s in before if s % 4 == 0 or s % 6 == 0)
      self.assertEqual(each["step"], last)
    rates = dict(
      kept.shown_events(os.path.join(self.logdir, "events", "train"))[
        "learning_rate"
      ]
    )
    self.assertEqual(list(rates), list(range(2, 19, 2)))
    for step, rate in rates.items():
      count = sum(each["step"] < step for each in found)
      self.assertAlmostEqual(rate, 0.01 * 0.5**count, places=8)

  @parameterized.parameters("feed", "resident")
  def test_is_exactly_resumable(self, input_mode):
    settings = config(input_mode=input_mode)
    whole = os.path.join(self.folder, "whole")
    self._train(settings, whole)
    moments = (
      (CheckpointSaver, "roll_back", 1, False),
      (CheckpointSaver, "roll_back", 1, True),
      (vae_graph.RunDirectory, "write_rollbacks", 1, True),
      (RollbackHook, "roll_back", 2, True),
    )
    for owner, name, call, after in moments:
      is_killed = kept.is_killed(
        lambda: self._train(settings), owner, name, call=call, after=after
      )
      self.assertTrue(is_killed, name)
    # A checkpoint of a stop, which others do not have.
    self._train(settings, should_stop=lambda: True)
    with self.assertRaises(ZeroDivisionError):
      self._train(settings, extra_hooks=[Crash(17)])
    self._train(settings)
    kept.assert_same(self, whole, self.logdir)

  def test_is_exactly_resumable_where_one_checkpoint_is_kept(self):
    settings = config(keep_checkpoints=1, steps_per_run=1)
    whole = os.path.join(self.folder, "whole")
    self._train(settings, whole)
    (first, *_) = self._rollbacks(whole)
    # Between the checkpoint that it goes back to and the step that fails.
    for step in range(first["step"] + 1, first["failed_step"]):
      shutil.rmtree(self.logdir, ignore_errors=True)
      asked = iter(range(1, step))
      self._train(settings, should_stop=lambda: not next(asked, None))  # noqa: B023
      self.assertEqual(kept.variables(self.logdir)["global_step"], step)
      self._train(settings)
      kept.assert_same_training(self, whole, self.logdir)
      self.assertEqual(self._rollbacks(), self._rollbacks(whole))

  def test_input_modes_agree(self):
    other = os.path.join(self.folder, "other")
    self._train(config(input_mode="feed"))
    self._train(config(input_mode="resident"), other)
    kept.assert_same(self, self.logdir, other)

  def test_gives_up(self):
    settings = config(max_rollbacks=1)
    for _ in range(2):  # The same command comes to the same end.
      with self.assertRaisesRegex(
        errors.NonFiniteError,
        "after 1 rollbacks; begin .* --init_checkpoint=[^ ]*/model.ckpt-[1-9]+,"
        " or .*--max_rollbacks$",
      ) as caught:
        self._train(settings)
      self.assertNotIn("\n", str(caught.exception))
      self.assertLen(self._rollbacks(), 1)
    self.assertTrue(self._train(config()).complete)

  def test_after_a_stop_the_same_command_may_roll_back(self):
    settings = config()
    stop = dataclasses.replace(settings.training, on_nan="stop")
    with self.assertRaisesRegex(errors.NonFiniteError, "--on_nan=rollback$"):
      self._train(dataclasses.replace(settings, training=stop))
    self._train(settings)
    whole = os.path.join(self.folder, "whole")
    self._train(settings, whole)
    kept.assert_same(self, whole, self.logdir)

  def test_a_stop_where_it_diverges_loses_no_rollback(self):
    settings = config(steps_per_run=1)
    whole = os.path.join(self.folder, "whole")
    data = {"dataset": toy_dataset()}
    hook = Spoil(10)
    self._train(settings, whole, extra_hooks=[hook], **data)
    self.assertEqual(hook.went_back, [(8, 8)])
    hook = Spoil(10)
    stopped = self._train(
      settings, extra_hooks=[hook], should_stop=lambda: hook.is_done, **data
    )
    self.assertEqual((stopped.step, stopped.complete), (8, False))
    self._train(settings, extra_hooks=[Spoil(10)], **data)
    kept.assert_same(self, whole, self.logdir)

  def test_a_last_step_that_diverges(self):
    # The first hook, so that it spoils what the others have still to see.
    first = "vae_graph.training.train.LockHook"
    with mock.patch(first, return_value=Spoil(6)), self.assertRaisesRegex(
      errors.NonFiniteError,
      "^a variable is not finite after training step 6; begin a new run with"
      " a smaller --learning_rate, or go on .* by --on_nan=rollback$",
    ):
      self._train(toy_config(epochs=1), dataset=toy_dataset())


class SkippedBatchesTest(absltest.TestCase):
  def test_others_take_their_steps(self):
    images = np.arange(11, dtype=np.float32).reshape([11, 1, 1])

    def seen(skipped):
      batches = FeedBatches(images, batch_size=2, seed=0, data="data")
      batches.skip(skipped)
      fed = [batches.feed(None, step)["data"][:, 0, 0] for step in range(15)]
      return [tuple(each) for each in fed], [
        batches.number(step) for step in range(15)
      ]

    everything, numbers = seen([])
    self.assertEqual(numbers, list(range(15)))
    found, numbers = seen([6, 8])
    self.assertEqual(numbers, [0, 1, 2, 3, 4, 5, 7, 9, 5, 7, *range(10, 15)])
    self.assertEqual(found, [everything[number] for number in numbers])
    # With nothing else left, there is no choice.
    self.assertEqual(seen(range(5))[0], everything)


if __name__ == "__main__":
  absltest.main()
