import os
import tempfile
import types

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.kept import variables
from tests.training.toy import toy_config, toy_dataset
from vae_graph.training import hooks


def figures(logdir):
  return [
    {name: each for name, each in record.items() if name.startswith("test_")}
    for record in vae_graph.RunDirectory(logdir).read_metrics()
  ]


class StopHookTest(absltest.TestCase):
  def test_nothing_is_asked_before_there_are_steps(self):
    hook = hooks.StopHook(lambda: True)
    hook.poll()
    hook.before_run(None)
    with self.assertRaises(hooks.Stopped):
      hook.poll()

  def test_a_run_of_steps_is_the_last_one(self):
    requests = []
    context = types.SimpleNamespace(request_stop=lambda: requests.append(1))
    hook = hooks.StopHook(lambda: bool(requests) or answers.pop())
    answers = [True, False]
    hook.after_run(context, None)
    self.assertEmpty(requests)
    hook.after_run(context, None)
    self.assertLen(requests, 1)


class ShouldStopTest(parameterized.TestCase):
  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    # Not enter_context, which classes have from Python 3.8 on.
    cls._temporary = tempfile.TemporaryDirectory()
    cls.alone = os.path.join(cls._temporary.name, "alone")
    cls._train(cls.alone)

  @classmethod
  def tearDownClass(cls):
    cls._temporary.cleanup()
    super().tearDownClass()

  @staticmethod
  def _train(logdir, **settings):
    # Two runs of steps, and an evaluation of three batches.
    config = toy_config(
      epochs=1,
      steps_per_run=3,
      eval_batch_size=8,
      plot_every_epochs=1,
      ema_decay=0.9,
    )
    return vae_graph.train(config, logdir, dataset=toy_dataset(), **settings)

  @parameterized.named_parameters(
    ("steps", 1, 3),
    ("evaluation", 3, 6),
    ("pictures", 9, 6),
    ("last_pictures", 17, 6),
  )
  def test_a_run_goes_on_as_if_it_had_not_been_stopped(self, asked, step):
    asks = []

    def should_stop():
      asks.append(None)
      return len(asks) == asked  # A wish that does not last counts, too.

    logdir = os.path.join(self._temporary.name, f"stopped-{asked}")
    result = self._train(logdir, should_stop=should_stop)
    self.assertEqual((result.step, result.complete), (step, False))
    self.assertLen(asks, asked)
    self.assertEqual(variables(logdir)["global_step"], step)
    self.assertTrue(self._train(logdir).complete)
    expected, found = variables(self.alone), variables(logdir)
    self.assertEqual(found.keys(), expected.keys())
    for name, value in expected.items():
      np.testing.assert_array_equal(found[name], value, name)
    self.assertEqual(figures(logdir), figures(self.alone))
    plots = [os.path.join(each, "plots") for each in (logdir, self.alone)]
    self.assertCountEqual(*map(os.listdir, plots))


if __name__ == "__main__":
  absltest.main()
