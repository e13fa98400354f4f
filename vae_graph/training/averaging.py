"""An exponential moving average of the weights, used for evaluation.

After each training step, average += (1 - decay) * (weight - average), with the
decay growing as (1 + step) / (10 + step) to its value, so that the average
forgets the initial weights soon. The average of a variable NAME is the variable
NAME/ExponentialMovingAverage, as `tf.train.ExponentialMovingAverage` has it.

References:
  Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging",
  SIAM Journal on Control and Optimization, 1992.
"""

import contextlib

from vae_graph.compat import tf


def make_averages(variables, *, decay, global_step):
  """Returns the `Averages` of variables, or `NoAverages` where decay is 0.

  Args:
    variables: the trainable variables.
    decay: of the average, in [0, 1).
    global_step: the variable that counts training steps.
  """
  if not decay:
    return NoAverages()
  return Averages(variables, decay=decay, global_step=global_step)


class NoAverages:
  """Evaluates with the weights as they are."""

  def update(self):
    """Returns an op that does nothing."""
    return tf.no_op()

  def of(self, variables):
    """Returns an empty dict: no variable has an average."""
    del variables
    return {}

  def used_in(self, session):
    """Returns a context in which the weights are as they are."""
    del session
    return contextlib.nullcontext()


class Averages:
  """Averages of variables, made outside of any loop.

  Args: as of `make_averages`.
  """

  def __init__(self, variables, *, decay, global_step):
    self._variables = list(variables)
    self._average = tf.train.ExponentialMovingAverage(decay, global_step)
    with tf.name_scope("averages"):
      self._average.apply(self._variables)  # Makes the variables.
      self._swap = self._make_swap()

  def update(self):
    """Returns an op that follows the weights; to be run after each step."""
    return self._average.apply(self._variables)

  def of(self, variables):
    """Returns the averages of some of the variables.

    Args:
      variables: `{any name: variable}`.

    Returns:
      `{the same name: the variable's average, itself a variable}`.
    """
    return {
      name: self._average.average(each) for name, each in variables.items()
    }

  @contextlib.contextmanager
  def used_in(self, session):
    """A context in which the weights and their averages have changed places.

    All of the graph then computes with the averages. Outside of it everything
    is as before, to the last bit.

    Args:
      session: a `tf.Session` of the graph.
    """
    session.run(self._swap)
    try:
      yield
    finally:
      session.run(self._swap)

  def _make_swap(self):
    pairs = [(each, self._average.average(each)) for each in self._variables]
    values = [
      (variable.read_value(), average.read_value())
      for variable, average in pairs
    ]
    with tf.control_dependencies([value for pair in values for value in pair]):
      return tf.group(
        *[
          assigned
          for (variable, average), (weight, mean) in zip(pairs, values)
          for assigned in (variable.assign(mean), average.assign(weight))
        ]
      )
