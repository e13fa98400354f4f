"""The monitored session in which a training run makes its steps."""

import typing
from typing import Any, Dict, Optional

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.training import hooks as hooks_lib
from vae_graph.training.ballot import RankInputHook
from vae_graph.training.rollback import RollbackHook


class TrainResult(typing.NamedTuple):
  """Where training ended.

  step: the global step reached.
  complete: whether that is where the configuration ends training, be it early
    because the test ELBO does not get better.
  metrics: the last record of metrics.jsonl; None if there is none, or in a
    rank that is not the chief.
  """

  step: int
  complete: bool
  metrics: Optional[Dict[str, Any]]


def make_input_hook(train_graph, *, follow=None, **settings):
  """Returns the last hook of a session: it drives training.

  Args:
    train_graph: a `TrainGraph`.
    follow: as of `RankInputHook`; the chief needs none.
    **settings: as of `InputHook`.
  """
  if train_graph.ballot is None:
    return hooks_lib.InputHook(train_graph, **settings)
  return RankInputHook(train_graph, follow=follow, **settings)


def run_steps(train_graph, hooks, *, scaffold, config_proto, master):
  """Makes training steps until a hook ends training.

  Args:
    train_graph: a `TrainGraph`.
    hooks: all hooks, in their order.
    scaffold: a `tf.train.Scaffold`.
    config_proto: a `tf.ConfigProto`.
    master: target of the session.

  Returns:
    Whether training was stopped within an evaluation.
  """
  session_creator = tf.train.ChiefSessionCreator(
    scaffold, master=master, config=config_proto
  )
  try:
    # The scope holds what TensorFlow adds to start and check variables.
    with tf.name_scope("initialization"), tf.train.MonitoredSession(
      session_creator, hooks=hooks
    ) as session:
      while not session.should_stop():
        try:
          session.run(train_graph.outputs.step)
        except hooks_lib.Diverged as failure:
          _roll_back(session, failure, hooks=hooks)
  except hooks_lib.Stopped:
    return True
  return False


def _roll_back(session, failure, *, hooks):
  """Has the `RollbackHook` roll back; see there."""
  rollbacks = [each for each in hooks if isinstance(each, RollbackHook)]
  if not rollbacks:
    raise errors.NonFiniteError(str(failure)) from failure
  session.run_step_fn(
    lambda step_context: rollbacks[0].roll_back(
      step_context.session, failure, hooks=hooks
    )
  )
