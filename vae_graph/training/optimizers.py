"""Gradient descent: rules by the name that `--optimizer` takes."""

from vae_graph import registry
from vae_graph.compat import tf


def adam(learning_rate, training_config):
  """Adam with its published defaults.

  Args:
    learning_rate: step size, a number or scalar tensor.
    training_config: a `TrainingConfig`; not read.

  Returns:
    A `tf.train.Optimizer`.

  References:
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
  """
  del training_config  # Part of the signature of optimizers.
  return tf.train.AdamOptimizer(learning_rate)


def rmsprop(learning_rate, training_config):
  """RMSProp with the settings' `momentum`. As `adam`."""
  return tf.train.RMSPropOptimizer(
    learning_rate, momentum=training_config.momentum
  )


def sgd(learning_rate, training_config):
  """Stochastic gradient descent with the settings' `momentum`. As `adam`."""
  return tf.train.MomentumOptimizer(
    learning_rate, momentum=training_config.momentum
  )


def make_optimizer(learning_rate, training_config):
  """Returns the optimizer that `training_config` names. As `adam`."""
  make = registry.load(registry.OPTIMIZERS, training_config.optimizer)
  return make(learning_rate, training_config)


def scheduled_learning_rate(step, training_config):
  """The learning rate at a step.

  Args:
    step: the global step, a scalar integer tensor.
    training_config: a `TrainingConfig`; reads the settings of the learning
      rate.

  Returns:
    A float32 scalar; where nothing changes it, the Python number itself.
  """
  step = tf.cast(step, tf.float32)
  name = training_config.learning_rate_schedule
  schedule = registry.load(registry.SCHEDULES, name)
  rate = training_config.learning_rate * schedule(step, training_config)
  if training_config.warmup_steps:
    rate *= tf.minimum((step + 1.0) / training_config.warmup_steps, 1.0)
  return rate


def clip_gradients(gradients, max_norm):
  """Scales gradients down to a global norm.

  Args:
    gradients: list of (gradient, variable).
    max_norm: largest norm of all gradients together; 0: as they are.

  Returns:
    A list of (gradient, variable).
  """
  if not max_norm:
    return gradients
  values, variables = zip(*gradients)
  clipped, _ = tf.clip_by_global_norm(values, max_norm)
  return list(zip(clipped, variables))
