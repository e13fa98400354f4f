"""Loss scaling, without which small gradients vanish in float16.

The loss is multiplied by a power of two before gradients are computed, and
these are divided by it again. Where one is not finite, the scale was too large:
it is halved, and the step updates nothing. After 2,000 good steps in a row it
is doubled.

References:
  Micikevicius et al., "Mixed Precision Training", ICLR 2018.
"""

from vae_graph.compat import tf


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
  """TensorFlow's dynamic loss scale, with variables that checkpoints hold.

  They are `loss_scale/scale` and `loss_scale/good_steps`.
  """

  def __init__(self):
    with tf.variable_scope("loss_scale"), tf.variable_creator_scope(_rename):
      self._scale = tf.train.experimental.DynamicLossScale()

  def scale(self, loss):
    """Returns the scaled loss, whose gradients are to be computed."""
    with tf.name_scope("scale_loss"):
      return loss * self._scale()

  def unscale(self, gradients):
    """Returns the (gradient, variable) pairs of the loss itself."""
    with tf.name_scope("unscale_gradients"):
      factor = 1 / self._scale()
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
    gradients = [gradient for gradient, _ in gradients]
    with tf.name_scope("adapt_loss_scale"):
      adapt, finite = self._scale.update(gradients)
    return tf.group(adapt, tf.cond(finite, update, tf.no_op))


def _rename(make_variable, **settings):
  """Makes a variable of `DynamicLossScale` under its documented name."""
  names = {"current_loss_scale": "scale"}
  settings["name"] = names.get(settings["name"], settings["name"])
  return make_variable(**settings)
