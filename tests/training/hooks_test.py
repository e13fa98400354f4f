import types

from absl.testing import absltest, parameterized

from vae_graph.training import hooks


def fake_graph(steps_per_epoch=6, max_steps_per_run=None):
  batches = types.SimpleNamespace(
    steps_per_epoch=steps_per_epoch, max_steps_per_run=max_steps_per_run
  )
  return types.SimpleNamespace(batches=batches)


class At:
  """A hook that has to act at one step."""

  def __init__(self, step):
    self._step = step

  def next_step(self, step):
    return self._step if step < self._step else None


class RunLengthTest(parameterized.TestCase):
  @parameterized.parameters(
    # step, last_step, steps_per_run, hooks, length
    (0, 100, 4, (), 4),
    (4, 100, 4, (), 2),  # The epoch ends at 6.
    (6, 8, 100, (), 2),  # Training ends at 8.
    (0, 100, 100, (At(5),), 5),
    (0, 100, 100, (At(5), At(3)), 3),
    (5, 100, 100, (At(5),), 1),
    (0, 100, 100, (object(),), 6),  # A hook without a wish.
  )
  def test_ends_where_somebody_has_to_act(
    self, step, last_step, steps_per_run, others, length
  ):
    hook = hooks.InputHook(
      fake_graph(),
      last_step=last_step,
      hooks=others,
      steps_per_run=steps_per_run,
    )
    self.assertEqual(hook.run_length(step), length)

  def test_feeding_makes_one_step_a_run(self):
    graph = fake_graph(max_steps_per_run=1)
    hook = hooks.InputHook(graph, last_step=100, steps_per_run=50)
    self.assertEqual(hook.run_length(0), 1)

  def test_steps_per_run_adapt_to_the_time_a_step_takes(self):
    hook = hooks.InputHook(fake_graph(10**6), last_step=10**6)
    self.assertEqual(hook.run_length(0), 1)
    context = types.SimpleNamespace(request_stop=self.fail)
    step = 0
    for _ in range(30):
      length = hook.run_length(step)
      step += length
      # As if a step took 10 ms.
      hook._start_time = hooks.time.monotonic() - 0.01 * length
      hook.after_steps(context, types.SimpleNamespace(step=step, steps=length))
    self.assertBetween(hook.run_length(step), 40, 55)

  def test_a_hook_asks_for_its_own_steps(self):
    graph = fake_graph()
    hook = hooks.InputHook(
      graph,
      last_step=100,
      hooks=[hooks.RunHook(graph, every_steps=4), hooks.RunHook(graph)],
      steps_per_run=100,
    )
    self.assertEqual(
      [hook.run_length(step) for step in range(6)], [4, 3, 2, 1, 2, 1]
    )


if __name__ == "__main__":
  absltest.main()
