"""What ranks agree on, by an optimizer that averages gradients over them.

They have nothing else in common, so all goes as the gradient of something: the
training terms in each step, and between runs of steps a ballot on how to go on.
"""

import hashlib

import numpy as np

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.training.hooks import InputHook

_BITS = 48
# How many numbers of so many bits a vote holds.
_NUMBERS = 3


def make_term_means(ranks, num_terms):
  """Returns what averages training terms over ranks.

  Args:
    ranks: a `Ranks`.
    num_terms: how many terms there are.

  Returns:
    `TermMeans`, or `OwnTerms` where there is one rank.
  """
  return TermMeans(num_terms) if ranks.num_ranks > 1 else OwnTerms()


class OwnTerms:
  """Leaves the terms as they are."""

  def compute_gradients(self, optimizer, loss, *, variables, terms):
    """As of `TermMeans`, without any averaging."""
    return terms, optimizer.compute_gradients(loss, variables)


class TermMeans:
  """Gives the ranks the same training terms, which are of the whole batch.

  So they agree about a loss that is not finite, too.

  Args:
    num_terms: how many terms there are.
  """

  def __init__(self, num_terms):
    self._levers = _make_lever("terms", num_terms)

  def compute_gradients(self, optimizer, loss, *, variables, terms):
    """Returns terms and gradients, both averaged over the ranks.

    Args:
      optimizer: what averages the gradients.
      loss: what to differentiate.
      variables: by which.
      terms: `{name: scalar}`.

    Returns:
      The same dict, averaged, and (gradient, variable) pairs.
    """
    values = tf.stop_gradient(tf.stack(list(terms.values())))
    *gradients, (means, _) = optimizer.compute_gradients(
      loss + tf.reduce_sum(self._levers * values), [*variables, self._levers]
    )
    return dict(zip(terms, tf.unstack(means))), gradients


class Ballot:
  """A vote of all ranks; it ends when all have voted.

  Numbers go as bits, so that gradients that are sent in float16 will do.

  Args:
    ranks: a `Ranks`.
  """

  def __init__(self, ranks):
    self._ranks = ranks
    optimizer = ranks.wrap_optimizer(tf.train.GradientDescentOptimizer(1.0))
    with tf.name_scope("ballot"):
      levers = _make_lever("ballot", _NUMBERS * _BITS + 1)
      self._vote = tf.placeholder(tf.float32, levers.shape, name="vote")
      ((self._result, _),) = optimizer.compute_gradients(
        tf.reduce_sum(levers * self._vote), [levers]
      )

  def hold(self, session, *, step, length, weights, stop):
    """Has the ranks agree.

    Args:
      session: a `tf.Session` of the graph.
      step: the global step where this rank is.
      length: how many steps it would make next.
      weights: integer that tells its weights from others.
      stop: whether it wants to end training.

    Returns:
      The chief's step, length and weights, and whether any rank wants to end
      training.

    Raises:
      ConfigError: gradients are not averaged over all ranks.
    """
    numbers = (step, length, weights)
    bits = np.concatenate([_to_bits(number) for number in numbers])
    if not self._ranks.is_chief:
      bits = np.zeros_like(bits)
    vote = self._ranks.num_ranks * np.array([*bits, stop], np.float32)
    result = session.run(self._result, {self._vote: vote})
    *bits, stop = (result > 0.5).tolist()
    agreed = tuple(map(_from_bits, np.split(np.array(bits), _NUMBERS)))
    sound = result[:-1].max() < 1.5
    if self._ranks.is_chief:
      sound = sound and agreed == numbers
    else:
      sound = sound and (agreed[1] > 0 or stop)
    if not sound:
      raise errors.ConfigError(
        "compute_gradients of the optimizer that wrap_optimizer returns must"
        f" return the mean over all {self._ranks.num_ranks} ranks, each time"
        " that it runs, and one of them must be the chief; it returned"
        " something else"
      )
    return (*agreed, stop)


class RankInputHook(InputHook):
  """An `InputHook` by which all ranks make the runs that the chief makes.

  Args:
    train_graph: a `TrainGraph` with a `Ballot`.
    follow: function (session, step) that takes the chief's weights of a step.
    **settings: as of `InputHook`.
  """

  def __init__(self, train_graph, *, follow, **settings):
    super().__init__(train_graph, **settings)
    self._follow = follow
    self._agreed = 0

  def after_create_session(self, session, coord):
    """Begins where the chief does, with its weights."""
    super().after_create_session(session, coord)
    self._agree(
      session,
      stop=coord.should_stop(),
      request_stop=coord.request_stop,
      weights=_digest(session.run(self.train_graph.vae.variables)),
    )

  def run_length(self, step):
    """Returns the length that the ranks have agreed on."""
    del step
    return self._agreed

  def after_steps(self, run_context, outputs):
    """Stops where any rank wants to."""
    super().after_steps(run_context, outputs)
    self._agree(
      run_context.session,
      stop=run_context.stop_requested,
      request_stop=run_context.request_stop,
    )

  def _agree(self, session, *, stop, request_stop, weights=0):
    step, self._agreed, chiefs_weights, stop = self.train_graph.ballot.hold(
      session,
      step=self.step,
      length=max(0, super().run_length(self.step)),
      weights=weights,
      stop=stop,
    )
    if (step, chiefs_weights) != (self.step, weights):
      self._follow(session, step)
      self.go_on(session, step)
    if stop:
      request_stop()


def _make_lever(name, size):
  """Returns zeros whose gradient is what they are multiplied with."""
  with tf.variable_scope("ranks"):
    return tf.get_variable(
      name,
      [size],
      initializer=tf.zeros_initializer(),
      trainable=False,
      use_resource=True,
      collections=[tf.GraphKeys.LOCAL_VARIABLES],
    )


def _digest(arrays):
  """Returns an integer of `_BITS` bits that tells arrays from others."""
  digest = hashlib.sha256()
  for array in arrays:
    digest.update(np.ascontiguousarray(array))
  return int.from_bytes(digest.digest()[: _BITS // 8], "big")


def _to_bits(number):
  return [number >> i & 1 for i in range(_BITS)]


def _from_bits(bits):
  return sum(int(bit) << i for i, bit in enumerate(bits))
