"""A progress bar on a terminal, plain lines elsewhere."""

import sys
import time

import tqdm

from vae_graph.runs.records import quality_text
from vae_graph.training.hooks import RunHook

_SECONDS_BETWEEN_LINES = 30.0


class ProgressHook(RunHook):
  """Shows time left, images per second and the last training ELBO (or loss).

  Args:
    train_graph: a `TrainGraph`.
    last_step: the global step at which training ends.
    batch_size: images in a step.
    stream: where to write; a bar is drawn if it is a terminal. By default
      `sys.stderr`.
  """

  def __init__(self, train_graph, *, last_step, batch_size, stream=None):
    super().__init__(train_graph)
    self._last_step = last_step
    self._batch_size = batch_size
    self._stream = stream or sys.stderr
    self._bar = None
    self._last_line_time = time.monotonic()

  def after_create_session(self, session, coord):
    """Starts the bar at the step that training goes on from."""
    del coord
    step = int(session.run(self.train_graph.global_step))
    self._bar = tqdm.tqdm(
      total=self._last_step * self._batch_size,
      initial=step * self._batch_size,
      unit=" images",
      unit_scale=True,
      dynamic_ncols=True,
      file=self._stream,
      disable=None,  # No bar where the stream is not a terminal.
    )
    self._first_step, self._first_time = step, time.monotonic()

  def go_on(self, session, step):
    """Sets the bar back."""
    del session
    self._bar.update(step * self._batch_size - self._bar.n)
    self._first_step, self._first_time = step, time.monotonic()

  def after_steps(self, run_context, outputs):
    """Moves the bar, or writes a line now and then."""
    terms = outputs.terms.items()
    text = quality_text({name: values.mean() for name, values in terms})
    if not self._bar.disable:
      self._bar.set_postfix_str(text, refresh=False)
      self._bar.update(int(outputs.steps) * self._batch_size)
    elif time.monotonic() - self._last_line_time >= _SECONDS_BETWEEN_LINES:
      self.show_line(self._plain_line(int(outputs.step), text))

  def show_line(self, text):
    """Writes a line without disturbing the bar."""
    self._last_line_time = time.monotonic()
    tqdm.tqdm.write(text, file=self._stream)
    self._stream.flush()

  def close(self):
    """Leaves the bar as it is, and ends its line."""
    if self._bar is not None:
      self._bar.close()

  def _plain_line(self, step, text):
    speed = (step - self._first_step) / (time.monotonic() - self._first_time)
    left = tqdm.tqdm.format_interval((self._last_step - step) / speed)
    return (
      f"step {step:,} of {self._last_step:,}: train {text},"
      f" {speed * self._batch_size:,.0f} images/s, {left} left"
    )
