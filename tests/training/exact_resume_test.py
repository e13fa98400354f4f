"""A run that is killed and resumed leaves what one left alone does."""

import dataclasses
import os
import tempfile
import time
from unittest import mock

from absl.testing import absltest, parameterized

import vae_graph
from tests.training import kept
from tests.training.crash import Crash
from tests.training.toy import toy_config, toy_dataset
from vae_graph.runs.checkpoint_saver import CheckpointSaver
from vae_graph.training.events import EventWriter

RUN = vae_graph.RunDirectory
# Where a run is killed, one after another: class, method, the call, and whether
# that call is still made. Best checkpoints are saved, too.
MOMENTS = (
  (CheckpointSaver, "save", 2, True),
  (RUN, "append_metrics", 1, False),
  (RUN, "append_metrics", 1, True),
  (RUN, "write_best", 1, False),
  (EventWriter, "plots", 1, True),
)


class ExactResumeTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    folder = self.enter_context(tempfile.TemporaryDirectory())
    self.whole = os.path.join(folder, "whole")
    self.resumed = os.path.join(folder, "resumed")

  def _train(self, config, logdir, **kwargs):
    return vae_graph.train(config, logdir, dataset=toy_dataset(), **kwargs)

  def _assert_resumes(self, config, *, moments, steps):
    self._train(config, self.whole)
    for owner, name, call, after in moments:
      is_killed = kept.is_killed(
        lambda: self._train(config, self.resumed),
        *(owner, name),
        call=call,
        after=after,
      )
      self.assertTrue(is_killed, (name, call))
    for step in steps:
      with self.assertRaises(ZeroDivisionError):
        self._train(config, self.resumed, extra_hooks=[Crash(step)])
    # Once more than need be, with nothing left to do.
    for _ in range(2):
      self._train(config, self.resumed)
      kept.assert_same(self, self.whole, self.resumed)

  def test_runs_of_steps_of_any_length(self):
    self._assert_resumes(
      toy_config(
        "dynamic",
        epochs=3,
        ema_decay=0.9,
        learning_rate_schedule="cosine",
        decay_steps=18,
        summary_every_steps=4,
        checkpoint_every_steps=5,
        plot_every_epochs=2,
      ),
      moments=MOMENTS,
      steps=(14,),
    )

  def test_fed_batches(self):
    config = toy_config(epochs=3, input_mode="feed", summary_every_steps=7)
    self._assert_resumes(
      dataclasses.replace(
        config, objective=vae_graph.ObjectiveConfig(objective="iwae")
      ),
      moments=MOMENTS[1:3],
      steps=(9,),
    )

  def test_early_stopping_and_an_epoch_without_evaluation(self):
    self._assert_resumes(
      toy_config(
        epochs=30,
        learning_rate=3.0,
        early_stopping=2,
        eval_every_epochs=2,
        plot_every_epochs=1,
        checkpoint_every_steps=3,
      ),
      moments=MOMENTS[:2],
      steps=(11,),
    )

  def test_the_figures_of_an_epoch_do_not_depend_on_how_steps_are_run(self):
    for logdir, steps_per_run in ((self.whole, 1), (self.resumed, 5)):
      config = toy_config(
        epochs=3, steps_per_run=steps_per_run, summary_every_steps=4
      )
      self._train(config, logdir)
    kept.assert_same(self, self.whole, self.resumed)

  def test_a_clock_that_jumps_back_or_forward(self):
    config = toy_config(epochs=3, summary_every_steps=4)
    self._train(config, self.whole)
    now = time.time()
    jumps = (-1e6, 1e6, -2e6, 3e6)
    for step, jump in zip((7, 13, 17, None), jumps):
      with mock.patch.object(time, "time", lambda jump=jump: now + jump):
        if step:
          with self.assertRaises(ZeroDivisionError):
            self._train(config, self.resumed, extra_hooks=[Crash(step)])
        else:
          result = self._train(config, self.resumed)
    kept.assert_same(self, self.whole, self.resumed)
    self.assertBetween(result.metrics["images_per_second"], 1, 1e6)


if __name__ == "__main__":
  absltest.main()
