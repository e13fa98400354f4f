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
  terms: `{name: float32 [steps]}`, the same of each step. A sum of them would
    depend on where a run happens to end.
  measures: `{name: float32 scalar}`, of the last step: `gradient_norm`, the
    global norm of the gradients before any clipping, and `learning_rate`. With
    mixed precision the norm may be infinite: the loss scale was too large then.
  """

  step: Any
  steps: Any
  last: Dict[str, Any]
  terms: Dict[str, Any]
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
    terms={name: term[tf.newaxis] for name, term in outputs.terms.items()},
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
  no_terms = tf.TensorArray(
    tf.float32,
    tf.cast(num_steps, tf.int32),
    element_shape=[len(term_names)],
    name="terms",
  )

  def more_to_do(step, last, terms, measures):
    del terms, measures
    return tf.logical_and(step < end, tf.math.is_finite(last["loss"]))

  def body(step, last, terms, measures):
    del last, measures
    with tf.name_scope("is_last"):
      is_last = step + 1 >= end
    outputs = training_step.build(batches.batch(step), step, is_last=is_last)
    with tf.name_scope("terms"):
      values = tf.stack([outputs.terms[name] for name in term_names])
      terms = terms.write(tf.cast(step - first, tf.int32), values)
    return outputs.step, outputs.terms, terms, outputs.measures

  step, last, terms, measures = tf.while_loop(
    more_to_do,
    body,
    (first, zeros, no_terms, no_measures),
    parallel_iterations=1,
    back_prop=False,
  )
  steps = tf.subtract(step, first, name="steps")
  # A run that ends early leaves the rest of the array unwritten.
  terms = terms.gather(tf.range(tf.cast(steps, tf.int32)))
  return RunOutputs(
    step=step,
    steps=steps,
    last=last,
    terms=dict(zip(term_names, tf.unstack(terms, axis=1))),
    measures=measures,
  )


def _read(global_step):
  with tf.name_scope("step"):
    return tf.identity(global_step.read_value())
