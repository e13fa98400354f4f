"""Loss scaling, without which small gradients vanish in float16.

The loss is multiplied by a power of two before gradients are computed, and
these are divided by it again. Where one is not finite, the scale was too large:
it is halved, and the step updates nothing. After 2,000 good steps in a row it
is doubled. This is the rule of `tf.train.experimental.DynamicLossScale`, with
variables that have the same names in every graph.

References:
  Micikevicius et al., "Mixed Precision Training", ICLR 2018.
"""

from vae_graph.compat import tf

_INITIAL_SCALE = 2.0**15
_GOOD_STEPS = 2000


def make_loss_scale(mixed_precision):
  """Returns a `LossScale`, or a `NoLossScale` where precision is not mixed."""
  return LossScale() if mixed_precision else NoLossScale()


class NoLossScale:
  """Leaves everything as it is."""

  def scale(self, loss):
    """Returns the loss."""
    return loss

  def unscale(self, gradients):
    """Returns the gradients."""
    return gradients

  def apply(self, gradients, update):
    """Returns the op that `update()` makes."""
    del gradients
    return update()


class LossScale:
  """A scale that adapts; it is a variable, so checkpoints hold it."""

  def __init__(self):
    with tf.variable_scope("loss_scale"):
      self._scale = _variable("scale", tf.float32, _INITIAL_SCALE)
      self._good_steps = _variable("good_steps", tf.int64, 0)

  def scale(self, loss):
    """Returns the scaled loss, whose gradients are to be computed."""
    return loss * self._scale.read_value()

  def unscale(self, gradients):
    """Returns the (gradient, variable) pairs of the loss itself."""
    factor = 1 / self._scale.read_value()
    return [
      (None if gradient is None else gradient * factor, variable)
      for gradient, variable in gradients
    ]

  def apply(self, gradients, update):
    """Updates the model if all gradients are finite, and the scale in any case.

    Args:
      gradients: (gradient, variable) pairs, unscaled, before any clipping.
      update: function that makes the op that updates the model.

    Returns:
      An op.
    """
    finite = tf.reduce_all(
      tf.stack(
        [
          tf.reduce_all(tf.math.is_finite(gradient))
          for gradient, _ in gradients
          if gradient is not None
        ]
      )
    )

    def updated():
      with tf.control_dependencies([update()]):
        return tf.constant(True)

    done = tf.cond(finite, updated, lambda: tf.constant(False))
    with tf.control_dependencies([done]):
      return self._adapt(finite)

  def _adapt(self, finite):
    scale, good_steps = self._scale.read_value(), self._good_steps.read_value()
    good_steps = tf.where(finite, good_steps + 1, tf.zeros_like(good_steps))
    grow = good_steps >= _GOOD_STEPS
    larger = tf.where(tf.math.is_finite(2 * scale), 2 * scale, scale)
    smaller = tf.maximum(scale / 2, 1)
    scale = tf.where(finite, tf.where(grow, larger, scale), smaller)
    good_steps = tf.where(grow, tf.zeros_like(good_steps), good_steps)
    return tf.group(
      self._scale.assign(scale), self._good_steps.assign(good_steps)
    )


def _variable(name, dtype, value):
  return tf.get_variable(
    name,
    shape=[],
    dtype=dtype,
    initializer=tf.constant_initializer(value),
    trainable=False,
    use_resource=True,
  )
