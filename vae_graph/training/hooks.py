"""Session hooks that drive training and keep its state safe.

TensorFlow's own hooks believe that a session.run is one step, and ask for the
global step beside the op that changes it. Ours read the step that the training
op returns, and tell by `next_step` where a run has to end for them, so they act
exactly at their step however many steps a run makes.
"""

import time

import numpy as np

from vae_graph import errors
from vae_graph.compat import tf

# A session.run should last long enough that its overhead does not matter, and
# end soon enough that signals, hooks and the progress bar are served.
_SECONDS_PER_RUN = 0.5


class RunHook(tf.train.SessionRunHook):
  """Base of our hooks: sees what each run of the training op returned.

  Args:
    graph: a `TrainGraph`.
  """

  def __init__(self, graph):
    self.graph = graph

  def before_run(self, run_context):
    """Asks for the outputs of the training op."""
    del run_context
    return tf.train.SessionRunArgs(self.graph.outputs)

  def after_run(self, run_context, run_values):
    """Hands them to `after_steps`."""
    self.after_steps(run_context, run_values.results)

  def after_steps(self, run_context, outputs):
    """Called after each run, with its `RunOutputs` as NumPy values."""

  def next_step(self, step):
    """Returns the step after `step` at which a run has to end, or None."""
    del step


def next_multiple(step, period):
  """Returns the first multiple of `period` after `step`; None if it is 0."""
  return (step // period + 1) * period if period else None


class InputHook(RunHook):
  """Feeds each run its batches and its length, and stops training on time.

  A run never crosses the end of training, the end of an epoch or a step at
  which a hook has to act.

  Args:
    graph: a `TrainGraph`.
    last_step: the global step at which training ends.
    hooks: the session's other hooks.
    steps_per_run: steps in a run where nothing ends it earlier; 0: as many as
      take about half a second.
    should_stop: function without arguments; True ends training early.
  """

  def __init__(
    self, graph, last_step, hooks, steps_per_run=0, should_stop=lambda: False
  ):
    super().__init__(graph)
    self._last_step = last_step
    self._hooks = list(hooks)
    self._adapt = not steps_per_run
    self._wanted = steps_per_run or 1
    self._should_stop = should_stop
    self._step = 0
    self._start_time = 0.0

  def after_create_session(self, session, coord):
    """Loads the images; stops at once if training is complete already."""
    self.graph.batches.load(session)
    self._step = int(session.run(self.graph.global_step))
    if self._step >= self._last_step:
      coord.request_stop()

  def before_run(self, run_context):
    """Feeds the next batch, or the number of steps to make."""
    self._start_time = time.time()
    feed = dict(self.graph.batches.feed(run_context.session, self._step))
    feed[self.graph.num_steps] = self.run_length(self._step)
    return tf.train.SessionRunArgs(self.graph.outputs, feed)

  def run_length(self, step):
    """Returns how many steps a run that begins at `step` makes."""
    batches = self.graph.batches
    ends = [
      step + min(self._wanted, batches.max_steps_per_run or self._wanted),
      next_multiple(step, batches.steps_per_epoch),
      self._last_step,
    ]
    for hook in self._hooks:
      end = hook.next_step(step) if hasattr(hook, "next_step") else None
      if end is not None:
        ends.append(end)
    return min(ends) - step

  def after_steps(self, run_context, outputs):
    """Stops training where it ends; adapts the steps per run."""
    self._step = int(outputs.step)
    if self._step >= self._last_step or self._should_stop():
      run_context.request_stop()
    if self._adapt:
      seconds = max(time.time() - self._start_time, 1e-6)
      ideal = int(outputs.steps * _SECONDS_PER_RUN / seconds)
      self._wanted = max(1, min(ideal, 2 * self._wanted))


class FiniteHook(RunHook):
  """Ends training at the first step whose terms are not finite."""

  def after_steps(self, run_context, outputs):
    """Raises NonFiniteError, which names the step and the terms."""
    terms = outputs.last
    bad = [name for name, value in terms.items() if not np.isfinite(value)]
    if bad:
      values = ", ".join(f"{name} {value}" for name, value in terms.items())
      raise errors.NonFiniteError(
        f"{', '.join(bad)} not finite in training step {outputs.step}"
        f" ({values}); the checkpoint before it is kept; try a smaller"
        " --learning_rate"
      )


class CheckpointHook(RunHook):
  """Saves checkpoints by steps and by seconds, and at the end.

  Only finite variables are saved, so the last checkpoint is always good.

  Args:
    graph: a `TrainGraph`.
    saver: a `CheckpointSaver`.
    every_steps: steps between checkpoints; 0: none by steps.
    every_seconds: seconds between checkpoints; 0: none by time.
  """

  def __init__(self, graph, saver, every_steps=0, every_seconds=0.0):
    super().__init__(graph)
    self._saver = saver
    self._every_steps = every_steps
    self._every_seconds = every_seconds
    self._saved_step = None
    self._saved_time = 0.0

  def next_step(self, step):
    """Returns the next step to save at."""
    return next_multiple(step, self._every_steps)

  def after_create_session(self, session, coord):
    """Saves the initial variables of a new run."""
    del coord
    self._saved_step = self._saver.latest_step()
    self._saved_time = time.time()
    self.save(session, int(session.run(self.graph.global_step)))

  def after_steps(self, run_context, outputs):
    """Saves where it is due."""
    step = int(outputs.step)
    by_steps = self._every_steps and step % self._every_steps == 0
    elapsed = time.time() - self._saved_time
    if by_steps or (self._every_seconds and elapsed >= self._every_seconds):
      self.save(run_context.session, step)

  def end(self, session):
    """Saves the last step."""
    self.save(session, int(session.run(self.graph.global_step)))

  def save(self, session, step):
    """Saves a checkpoint, unless that of this step is there already.

    Raises:
      NonFiniteError: a variable is not finite; nothing is written.
    """
    if step == self._saved_step:
      return
    if not session.run(self.graph.all_finite):
      raise errors.NonFiniteError(
        f"a variable is not finite after training step {step}; the checkpoint"
        " before it is kept; try a smaller --learning_rate"
      )
    self._saver.save(session, step)
    self._saved_step = step
    self._saved_time = time.time()
