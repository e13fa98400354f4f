"""A training run that is killed."""

from vae_graph.compat import tf


class Crash(tf.train.SessionRunHook):
  """Raises in the run that reaches a step, before anything is saved."""

  def __init__(self, step):
    self._step = step

  def next_step(self, step):
    return self._step if step < self._step else None

  def after_run(self, run_context, run_values):
    del run_values
    step = run_context.session.run(tf.train.get_global_step())
    if step >= self._step:
      raise ZeroDivisionError
