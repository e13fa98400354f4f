"""Two ranks train one run; see two_ranks.py."""

import contextlib
import dataclasses
import functools
import os
import re
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training import kept
from tests.training.crash import Crash
from tests.training.toy import any_pixels, toy_config, toy_dataset
from tests.training.two_ranks import TwoRanks
from vae_graph.compat import tf

SETTINGS = {
  "feed": dict(input_mode="feed"),
  "resident": dict(
    input_mode="resident",
    steps_per_run=4,
    binarization="dynamic",
    clip_gradient_norm=1.0,
    ema_decay=0.9,
  ),
}


def config_of(mode, **settings):
  return toy_config(**{**SETTINGS[mode], **settings})


def train(rank, mode, logdir, **settings):
  return rank.train(config_of(mode, **settings), logdir, dataset=toy_dataset())


def train_apart(rank, mode, logdir):
  """Where rank 1 sees nothing of the chief's disk."""
  return train(rank, mode, logdir + "/far" * rank.rank)


def crash_and_resume(rank, mode, logdir, step=8, **settings):
  """Both ranks end at a step; by default after a checkpoint at 6."""
  for crash in (Crash(step), None):
    with contextlib.suppress(ZeroDivisionError):
      result = rank.train(
        config_of(mode, **settings),
        logdir,
        dataset=toy_dataset(),
        hooks=[crash] if crash else [],
      )
  return result


def broadcast_and_resume(rank, logdir):
  """Goes on where rank 1 sees nothing."""
  logdir += "/far" * rank.rank
  return rank.train(
    config_of("resident", epochs=3),
    logdir,
    dataset=toy_dataset(),
    hooks=[rank.broadcast_hook()],
  )


def stop(rank, logdir):
  """Rank 1 has enough after two runs of steps."""
  asked = []

  def should_stop():
    asked.append(None)
    return rank.rank == 1 and len(asked) == 2

  return rank.train(
    config_of("resident"),
    logdir,
    dataset=toy_dataset(),
    should_stop=should_stop,
  )


def stop_early(rank, logdir):
  """The chief finds that training does not get on."""
  config = config_of("feed", epochs=9, learning_rate=1e-30, early_stopping=1)
  return rank.train(config, logdir, dataset=toy_dataset())


def diverge(rank, logdir):
  """One image, and so one rank in one step, has no finite loss."""
  dataset = toy_dataset(dtype=np.float32)
  dataset.train.images[7] = np.nan
  config = toy_config(
    input_mode="resident", steps_per_run=4, eval_every_epochs=0
  )
  with any_pixels():
    return rank.train(config, logdir, dataset=dataset)


def average_nothing(rank, logdir):
  return vae_graph.train(
    config_of("feed"),
    logdir + "/far" * rank.rank,
    dataset=toy_dataset(),
    wrap_optimizer=lambda optimizer: optimizer,
    rank=rank.rank,
    num_ranks=2,
  )


def resume_blindly(rank, logdir):
  """Rank 1 sees nothing of the chief's disk, and nobody broadcasts."""
  try:
    return rank.train(
      config_of("resident", epochs=3),
      logdir + "/far" * rank.rank,
      dataset=toy_dataset(),
    )
  except vae_graph.errors.CheckpointError:
    # The chief is in its first step by now; it must not wait for ever.
    rank.connection.recv()
    rank.connection.send(None)
    raise


def train_same_batches(rank, logdir):
  """Without num_ranks every rank has the whole batch."""
  return rank.train(
    config_of("feed"), logdir, dataset=toy_dataset(), num_ranks=None
  )


class FolderTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.logdir = os.path.join(folder.name, "run")
    self.other = os.path.join(folder.name, "other")


class RanksTest(FolderTest):
  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls.cleanups = contextlib.ExitStack()
    cls.ranks = cls.cleanups.enter_context(TwoRanks())

  @classmethod
  def tearDownClass(cls):
    cls.cleanups.close()
    super().tearDownClass()

  def run_both(self, job, *arguments):
    """Returns what the ranks return, once both have the same weights."""
    both = self.ranks.run(job, *arguments)
    for each in both:
      if isinstance(each, Exception):
        raise each
    (chief, variables), (other, theirs) = both
    self.assertEqual(chief.step, other.step)
    self.assertEqual(variables.keys(), theirs.keys())
    for name, value in variables.items():
      np.testing.assert_array_equal(value, theirs[name], name)
    self.assertIsNone(other.metrics)
    return chief, other

  @parameterized.parameters("feed", "resident")
  def test_is_one_process_with_the_joined_batch(self, mode):
    chief, other = self.run_both(train_apart, mode, self.logdir)
    self.assertEqual((chief.step, chief.complete, other.complete), (12, 1, 1))
    # The chief alone writes, and what one process does.
    self.assertFalse(os.path.exists(self.logdir + "/far"))
    vae_graph.train(config_of(mode), self.other, dataset=toy_dataset())
    self.assertEqual(
      {re.sub(r"tfevents.*", "", name) for name in kept.contents(self.other)},
      {re.sub(r"tfevents.*", "", name) for name in kept.contents(self.logdir)},
    )
    expected, found = kept.variables(self.other), kept.variables(self.logdir)
    self.assertEqual(expected.keys(), found.keys())
    for name, value in expected.items():
      np.testing.assert_allclose(found[name], value, 1e-4, 1e-5, err_msg=name)
    for one, two in zip(kept.records(self.other), kept.records(self.logdir)):
      self.assertEqual(one.keys(), two.keys())
      for name, value in one.items():
        self.assertAlmostEqual(two[name], value, 2, name)

  @parameterized.parameters("feed", "resident")
  def test_goes_on_where_both_were_killed(self, mode):
    self.run_both(train, mode, self.other)
    chief, _ = self.run_both(crash_and_resume, mode, self.logdir)
    self.assertEqual(chief.step, 12)
    kept.assert_same_training(self, self.other, self.logdir)

  def test_begins_with_weights_of_another_run(self):
    """Also where the chief has saved them, but no step was made."""
    old = os.path.join(self.other, "old")
    config = config_of("feed", epochs=1, seed=1, eval_every_epochs=0)
    vae_graph.train(config, old, dataset=toy_dataset())
    settings = dict(init_checkpoint=old, ema_decay=0)
    whole = os.path.join(self.other, "whole")
    self.run_both(functools.partial(train, **settings), "resident", whole)
    job = functools.partial(crash_and_resume, step=1, **settings)
    self.run_both(job, "resident", self.logdir)
    kept.assert_same_training(self, whole, self.logdir)

  def test_goes_on_by_a_broadcast(self):
    self.run_both(train_apart, "resident", self.logdir)
    with self.assertRaisesRegex(
      vae_graph.errors.CheckpointError, "from step 12.*Broadcast"
    ):
      raise self.ranks.run(resume_blindly, self.logdir)[1]
    chief, _ = self.run_both(broadcast_and_resume, self.logdir)
    self.assertEqual(chief.step, 18)

  def test_one_rank_stops_both(self):
    chief, _ = self.run_both(stop, self.logdir)
    self.assertEqual((chief.step, chief.complete), (6, False))
    self.assertEqual(kept.variables(self.logdir)["global_step"], 6)

  def test_early_stopping_ends_both(self):
    chief, _ = self.run_both(stop_early, self.logdir)
    self.assertEqual((chief.step, chief.complete), (6, True))

  def test_divergence_in_one_rank_ends_both(self):
    one, other = self.ranks.run(diverge, self.logdir)
    self.assertIsInstance(one, vae_graph.errors.NonFiniteError)
    self.assertIn("--learning_rate", str(one))
    found = re.search(r"loss.* not finite in training step \d+", str(one))
    self.assertStartsWith(str(other), found[0])

  def test_an_optimizer_that_averages_nothing(self):
    for error in self.ranks.run(average_nothing, self.logdir):
      self.assertIsInstance(error, vae_graph.errors.ConfigError)
      self.assertIn("the mean over all 2 ranks", str(error))

  def test_without_num_ranks_all_have_the_same_batches(self):
    self.run_both(train_same_batches, self.logdir)
    vae_graph.train(config_of("feed"), self.other, dataset=toy_dataset())
    kept.assert_same_training(self, self.other, self.logdir)


class ArgumentsTest(FolderTest):
  @parameterized.parameters(
    (dict(rank=2, num_ranks=2), {}, "rank 2 and num_ranks 2"),
    (dict(num_ranks=2, wrap_optimizer=None), {}, "need a wrap_optimizer"),
    (dict(wrap_optimizer="hvd"), {}, "must be a function, .* found 'hvd'"),
    (dict(wrap_optimizer=str), {}, "must return a tf.train.Optimizer, .* no c"),
    (dict(num_ranks=3), {}, "multiple of their number, 3, found 10"),
    (dict(num_ranks=2), dict(on_nan="rollback"), "on_nan=stop"),
    (dict(is_chief=False), dict(on_nan="rollback"), "on_nan=stop"),
  )
  def test_are_refused(self, ranks, training, message):
    settings = dict(wrap_optimizer=lambda optimizer: optimizer)
    with self.assertRaisesRegex(vae_graph.errors.ConfigError, message):
      vae_graph.train(
        toy_config(**training), self.logdir, **{**settings, **ranks}
      )
    self.assertFalse(os.path.exists(self.logdir))

  def test_a_loss_of_the_whole_batch(self):
    config = toy_config()
    config = dataclasses.replace(
      config, objective=vae_graph.ObjectiveConfig(objective="infovae")
    )
    with self.assertRaisesRegex(
      vae_graph.errors.ConfigError, "MMD of objective infovae.*2 ranks"
    ):
      vae_graph.train(
        config, "unused", num_ranks=2, wrap_optimizer=lambda each: each
      )

  def test_a_session_of_a_server(self):
    server = tf.train.Server.create_local_server()
    result = vae_graph.train(
      toy_config(), self.logdir, dataset=toy_dataset(), master=server.target
    )
    self.assertEqual(result.step, 12)


if __name__ == "__main__":
  absltest.main()
