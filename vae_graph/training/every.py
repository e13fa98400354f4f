"""When something is to be done that is done every so many steps."""

import typing


class Every(typing.NamedTuple):
  """Every so many steps: at step 0 and all multiples, or never.

  steps: the period; 0: never.
  """

  steps: int

  def due(self, step):
    """Returns whether it is to be done at a step."""
    return self.steps > 0 and step % self.steps == 0

  def next_step(self, step):
    """Returns the first step after `step` at which it is due, or None."""
    return (step // self.steps + 1) * self.steps if self.steps else None
