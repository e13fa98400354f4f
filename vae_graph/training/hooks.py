"""Session hooks that drive training and keep its state safe.

TensorFlow's own hooks believe that a session.run is one step, and ask for the
global step beside the op that changes it. Ours read the step that the training
op returns, and tell by `next_step` where a run has to end for them, so they act
exactly at their step however many steps a run makes.
"""

import contextlib
import time

import numpy as np

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.training.every import Every

# A session.run should last long enough that its overhead does not matter, and
# end soon enough that signals, hooks and the progress bar are served.
_SECONDS_PER_RUN = 0.5


class Diverged(errors.NonFiniteError):
  """A step after which training cannot go on as it is.

  Args:
    message: what is not finite.
    step: the global step after it.
  """

  def __init__(self, message, step):
    super().__init__(message)
    self.step = step


class Stopped(BaseException):
  """`should_stop` ends training at a step that is saved.

  No Exception, so that what goes on after a picture that failed lets it pass.
  """


class RunHook(tf.train.SessionRunHook):
  """Base of our hooks: sees what each run of the training op returned.

  Args:
    train_graph: a `TrainGraph`.
    every_steps: a run has to end each so many steps; 0: it need not.

  Attributes:
    train_graph: likewise.
    every: the `Every` of those steps, which tells where the hook is to act.
  """

  def __init__(self, train_graph, *, every_steps=0):
    self.train_graph = train_graph
    self.every = Every(every_steps)

  def after_create_session(self, session, coord):
    """Goes on from the restored step, or from the start."""
    del coord
    self.go_on(session, int(session.run(self.train_graph.global_step)))

  def before_run(self, run_context):
    """Asks for the outputs of the training op."""
    del run_context
    return tf.train.SessionRunArgs(self.train_graph.outputs)

  def after_run(self, run_context, run_values):
    """Hands them to `after_steps`."""
    self.after_steps(run_context, run_values.results)

  def after_steps(self, run_context, outputs):
    """Called after each run, with its `RunOutputs` as NumPy values."""

  def go_on(self, session, step):
    """Called where training goes on from `step`: at first, or rolled back."""

  def next_step(self, step):
    """Returns the step after `step` at which a run has to end, or None."""
    return self.every.next_step(step)


class InputHook(RunHook):
  """Feeds each run its batches and its length, and ends training on time.

  A run never crosses the end of training, the end of an epoch or a step at
  which a hook has to act.

  Args:
    train_graph: a `TrainGraph`.
    last_step: the global step at which training ends.
    hooks: the session's other hooks. One with a method `next_step(step)` tells
      by it where a run has to end for it; see `RunHook`.
    steps_per_run: steps in a run where nothing ends it earlier; 0: as many as
      take about half a second.

  Attributes:
    step: the global step reached.
  """

  def __init__(self, train_graph, *, last_step, hooks=(), steps_per_run=0):
    super().__init__(train_graph)
    self._last_step = last_step
    self._hooks = list(hooks)
    self._adapt = not steps_per_run
    self._wanted = steps_per_run or 1
    self.step = 0
    self._start_time = 0.0

  def after_create_session(self, session, coord):
    """Loads the images; stops at once if training is complete already."""
    self.train_graph.batches.load(session)
    super().after_create_session(session, coord)
    if self.step >= self._last_step:
      coord.request_stop()

  def go_on(self, session, step):
    """Feeds the batches from `step` on."""
    del session
    self.step = step

  def before_run(self, run_context):
    """Feeds the next batch, or the number of steps to make."""
    self._start_time = time.monotonic()
    feed = dict(self.train_graph.batches.feed(run_context.session, self.step))
    feed[self.train_graph.num_steps] = self.run_length(self.step)
    return tf.train.SessionRunArgs(self.train_graph.outputs, feed)

  def run_length(self, step):
    """Returns how many steps a run that begins at `step` makes."""
    batches = self.train_graph.batches
    ends = [
      step + min(self._wanted, batches.max_steps_per_run or self._wanted),
      Every(batches.steps_per_epoch).next_step(step),
      self._last_step,
    ]
    for hook in self._hooks:
      end = hook.next_step(step) if hasattr(hook, "next_step") else None
      if end is not None:
        ends.append(end)
    return min(ends) - step

  def after_steps(self, run_context, outputs):
    """Stops training where it ends; adapts the steps per run."""
    self.step = int(outputs.step)
    if self.step >= self._last_step:
      run_context.request_stop()
    if self._adapt:
      seconds = max(time.monotonic() - self._start_time, 1e-6)
      ideal = int(outputs.steps * _SECONDS_PER_RUN / seconds)
      self._wanted = max(1, min(ideal, 2 * self._wanted))


class StopHook(tf.train.SessionRunHook):
  """Ends training early where it is asked to.

  Nothing is asked before the first run of steps, when there is nothing to save:
  a program that ends by an exception may do so until then.

  Args:
    should_stop: function without arguments; True ends training.
    polls: whether it is asked within an evaluation, too.
  """

  def __init__(self, should_stop, *, polls=True):
    self._should_stop = should_stop
    self._polls = polls
    self._has_begun = False

  def before_run(self, run_context):
    """Begins to ask."""
    del run_context
    self._has_begun = True

  def after_run(self, run_context, run_values):
    """Ends training behind a run of steps."""
    del run_values
    if self._should_stop():
      run_context.request_stop()

  def poll(self):
    """Ends training within what other hooks do at a step that they have saved.

    Raises:
      Stopped: to be passed on. Nothing is saved after it.
    """
    if self._polls and self._has_begun and self._should_stop():
      raise Stopped


class FiniteHook(RunHook):
  """Stops at the first step whose loss is not finite.

  A term that has no weight in the loss may be what it likes.
  """

  def after_steps(self, run_context, outputs):
    """Raises NonFiniteError, which names the step and the terms."""
    terms = outputs.last
    if not np.isfinite(terms["loss"]):
      bad = [name for name, value in terms.items() if not np.isfinite(value)]
      values = ", ".join(f"{name} {value}" for name, value in terms.items())
      raise Diverged(
        f"{', '.join(bad)} not finite in training step {outputs.step}"
        f" ({values})",
        int(outputs.step),
      )


class CheckpointHook(RunHook):
  """Saves checkpoints by steps and by seconds, and at the end.

  Only finite variables are saved, so the last checkpoint is always good. With
  them goes what else training goes on from: the sums of the terms so far.

  Args:
    train_graph: a `TrainGraph`.
    saver: a `CheckpointSaver`.
    sums: `{name: TermSums}`, to be saved and restored; hooks that act before
      this one, so that no step is missing.
    every_steps: steps between checkpoints; 0: none by steps.
    every_seconds: seconds between checkpoints; 0: none by time.
  """

  def __init__(
    self, train_graph, *, saver, sums, every_steps=0, every_seconds=0.0
  ):
    super().__init__(train_graph, every_steps=every_steps)
    self._saver = saver
    self._sums = sums
    self._every_seconds = every_seconds
    self._saved_step = None
    self._saved_time = 0.0

  def after_create_session(self, session, coord):
    """Saves the initial variables of a new run."""
    del coord
    step = int(session.run(self.train_graph.global_step))
    self.go_on(session, step)
    self.save(session, step)

  def go_on(self, session, step):
    """Restores the sums that the checkpoint came with."""
    del session, step
    restored = self._saver.restored
    self._saved_step = restored.step if restored else None
    self._saved_time = time.monotonic()
    state = restored.state if restored else {}
    for name, sums in self._sums.items():
      sums.restore(state.get(name, {}))

  def after_steps(self, run_context, outputs):
    """Saves where it is due."""
    step = int(outputs.step)
    elapsed = time.monotonic() - self._saved_time
    by_time = self._every_seconds and elapsed >= self._every_seconds
    if by_time or self.every.due(step):
      self.save(run_context.session, step)

  def end(self, session):
    """Saves the last step, unless a stop has come where training diverges.

    The checkpoint before it stands then, and whoever goes on comes to the same
    step. The end of training is no such step: it is evaluated, so it is saved
    while it may still be rolled back.
    """
    with contextlib.suppress(Diverged):
      self.save(session, int(session.run(self.train_graph.global_step)))

  def save(self, session, step):
    """Saves a checkpoint, unless that of this step is there already.

    Raises:
      Diverged: a variable is not finite; nothing is written.
    """
    if step == self._saved_step:
      return
    if not session.run(self.train_graph.all_finite):
      raise Diverged(
        f"a variable is not finite after training step {step}", step
      )
    state = {name: sums.state() for name, sums in self._sums.items()}
    self._saver.save(session, step, state=state)
    self._saved_step = step
    self._saved_time = time.monotonic()
