"""Gradient descent: rules by the name that `--optimizer` takes."""

from vae_graph import registry
from vae_graph.compat import tf


def adam(learning_rate, config):
  """Returns Adam with its published defaults.

  Args:
    learning_rate: step size, a number or scalar tensor.
    config: a `TrainingConfig`; not read.

  References:
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
  """
  del config
  return tf.train.AdamOptimizer(learning_rate)


def rmsprop(learning_rate, config):
  """Returns RMSProp; `config.momentum` is read. Arguments as in `adam`."""
  return tf.train.RMSPropOptimizer(learning_rate, momentum=config.momentum)


def sgd(learning_rate, config):
  """Returns gradient descent; `config.momentum` is read. As `adam`."""
  return tf.train.MomentumOptimizer(learning_rate, momentum=config.momentum)


def make_optimizer(config, step):
  """Returns the optimizer of a training step.

  Args:
    config: a `TrainingConfig`.
    step: the global step, a scalar integer tensor.
  """
  make = registry.load(registry.OPTIMIZERS, config.optimizer)
  return make(learning_rate(config, step), config)


def learning_rate(config, step):
  """Returns the learning rate at a step.

  Args:
    config: a `TrainingConfig`; reads the `learning_rate` settings.
    step: the global step, a scalar integer tensor.

  Returns:
    A float32 scalar; where nothing changes it, the Python number itself.
  """
  step = tf.cast(step, tf.float32)
  schedule = registry.load(registry.SCHEDULES, config.learning_rate_schedule)
  rate = config.learning_rate * schedule(step, config)
  if config.warmup_steps:
    rate *= tf.minimum((step + 1.0) / config.warmup_steps, 1.0)
  return rate


def clip_gradients(gradients, norm):
  """Scales gradients down to a global norm.

  Args:
    gradients: list of (gradient, variable).
    norm: largest norm of all gradients together; 0: as they are.

  Returns:
    A list of (gradient, variable).
  """
  if not norm:
    return gradients
  values, variables = zip(*gradients)
  clipped, _ = tf.clip_by_global_norm(values, norm)
  return list(zip(clipped, variables))
