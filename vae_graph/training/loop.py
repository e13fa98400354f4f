"""Loops of training steps, each one session.run of the training op."""

import typing
from typing import Any, Dict

from vae_graph.compat import tf
from vae_graph.training.step import MEASURES


class RunOutputs(typing.NamedTuple):
  """What a session.run of the training op returns.

  step: int64, the global step after it.
  steps: int64, training steps that it made.
  last: `{name: float32 scalar}`, batch means of the objective's terms in the
    last step; see `ObjectiveTerms.means`.
  total: the same, summed over its steps.
  measures: the same, of the last step: `gradient_norm`, the global norm of the
    gradients before any clipping, and `learning_rate`. With mixed precision the
    norm may be infinite, where the loss scale was too large.
  """

  step: Any
  steps: Any
  last: Dict[str, Any]
  total: Dict[str, Any]
  measures: Dict[str, Any]


def build_single_step(training_step, batches, *, global_step):
  """Builds one training step.

  Args:
    training_step: a `TrainingStep`.
    batches: a batch source; see data/batches.py.
    global_step: the int64 variable that counts training steps.

  Returns:
    `RunOutputs`.
  """
  step = _read(global_step)
  outputs = training_step.build(
    batches.batch(step), step, is_last=tf.constant(True, name="is_last")
  )
  return RunOutputs(
    step=outputs.step,
    steps=tf.subtract(outputs.step, step, name="steps"),
    last=outputs.terms,
    total=outputs.terms,
    measures=outputs.measures,
  )


def build_loop(training_step, batches, *, global_step, num_steps, term_names):
  """Builds a `tf.while_loop` of training steps.

  It ends early when the loss is not finite, so that `last` are the terms of the
  step that went wrong.

  Args:
    training_step: a `TrainingStep`.
    batches: a batch source; see data/batches.py.
    global_step: the int64 variable that counts training steps.
    num_steps: int64 scalar, the steps to make.
    term_names: names of the objective's terms.

  Returns:
    `RunOutputs`.
  """
  first = _read(global_step)
  end = tf.add(first, num_steps, name="end")
  zero = tf.zeros([], name="zero")
  zeros = dict.fromkeys(term_names, zero)
  no_measures = dict.fromkeys(MEASURES, zero)

  def more_to_do(step, last, total, measures):
    del total, measures
    return tf.logical_and(step < end, tf.math.is_finite(last["loss"]))

  def body(step, last, total, measures):
    del last, measures
    with tf.name_scope("is_last"):
      is_last = step + 1 >= end
    outputs = training_step.build(batches.batch(step), step, is_last=is_last)
    with tf.name_scope("totals"):
      total = {name: total[name] + outputs.terms[name] for name in term_names}
    return outputs.step, outputs.terms, total, outputs.measures

  step, last, total, measures = tf.while_loop(
    more_to_do,
    body,
    (first, zeros, zeros, no_measures),
    parallel_iterations=1,
    back_prop=False,
  )
  return RunOutputs(
    step=step,
    steps=tf.subtract(step, first, name="steps"),
    last=last,
    total=total,
    measures=measures,
  )


def _read(global_step):
  with tf.name_scope("step"):
    return tf.identity(global_step.read_value())
