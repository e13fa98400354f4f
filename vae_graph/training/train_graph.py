"""The train graph: its public tensors, and the training step.

The names are documented in docs/graph.md. Three pieces that know nothing of
each other make the training op: a batch source (step -> images), a step
(images, step -> update) and a loop around them.
"""

import typing
from typing import Any, Dict, Optional

import numpy as np

from vae_graph import registry
from vae_graph.compat import require_graph_mode, tf
from vae_graph.data.batches import make_batches
from vae_graph.data.binarization import binarize
from vae_graph.randomness import fold_in, step_seed
from vae_graph.training.averaging import make_averages
from vae_graph.training.loss_scale import make_loss_scale
from vae_graph.training.optimizers import (
  clip_gradients,
  learning_rate,
  make_optimizer,
)
from vae_graph.training.towers import make_towers
from vae_graph.vae import VAE

_MEASURES = ("gradient_norm", "learning_rate")


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


class TrainGraph(typing.NamedTuple):
  """Tensors and ops of the train graph; shapes as in docs/graph.md.

  code_stddev is None where the posterior has none in closed form.
  """

  vae: VAE
  batches: Any
  data: tf.Tensor
  noise_seed: tf.Tensor
  num_samples: tf.Tensor
  num_steps: tf.Tensor
  observation: tf.Tensor
  code: tf.Tensor
  code_mean: tf.Tensor
  code_stddev: Optional[tf.Tensor]
  reconstruction: tf.Tensor
  samples: tf.Tensor
  per_image: Any
  averages: Any
  global_step: tf.Variable
  outputs: RunOutputs
  all_finite: tf.Tensor


def build_train_graph(config, images):
  """Builds model, evaluation tensors and training op in the default graph.

  Args:
    config: an `ExperimentConfig`.
    images: training images, uint8 or float32 `[n, *image_shape]`.

  Returns:
    A `TrainGraph`.

  Raises:
    GraphModeError: eager execution is on.
    ConfigError: the batch size is larger than the data set, or the towers do
      not divide it.
    DeviceError: a tower's device is not there.
  """
  require_graph_mode("build_train_graph")
  towers = make_towers(config)
  with towers.model_scope():
    return _build(config, images, towers)


def _build(config, images, towers):
  tf.set_random_seed(config.training.seed)
  image_shape = images.shape[1:]
  global_step = _global_step()
  vae = VAE(config.model, image_shape)
  objective = registry.load(registry.OBJECTIVES, config.objective.objective)

  data = tf.placeholder(tf.float32, (None, *image_shape), name="data")
  noise_seed = tf.placeholder_with_default(
    np.zeros(2, np.int64), [2], name="noise_seed"
  )
  num_samples = tf.placeholder_with_default(10, [], name="num_samples")
  observation = data
  if config.data.binarization == "dynamic":
    observation = binarize(data, fold_in(noise_seed, "binarization"))
  observation = tf.identity(observation, name="observation")
  posterior = vae.encode(observation)
  code, _ = posterior.sample_and_log_prob(noise_seed)
  prior_codes = vae.prior.sample(num_samples, fold_in(noise_seed, "prior"))
  per_image = objective(vae, observation, noise_seed, config.objective)
  for name in ("loss", "elbo"):
    if name in per_image.defined():
      tf.identity(per_image.means()[name], name=name)

  with towers.update_scope():
    batches = make_batches(images, config.training, data)
    num_steps = tf.placeholder_with_default(np.int64(1), [], name="num_steps")
    averages = make_averages(
      config.training.ema_decay, vae.variables, global_step
    )
    step = _make_step(vae, objective, config, global_step, towers, averages)
    if batches.max_steps_per_run == 1:
      outputs = _one_step(step, batches, global_step)
    else:
      names = per_image.defined()
      outputs = _loop(step, names, batches, global_step, num_steps)
    tf.group(*tf.nest.flatten(outputs), name="train_step")

  return TrainGraph(
    vae=vae,
    batches=batches,
    data=data,
    noise_seed=noise_seed,
    num_samples=num_samples,
    num_steps=num_steps,
    observation=observation,
    code=tf.identity(code, name="code"),
    code_mean=tf.identity(posterior.mean, name="code_mean"),
    code_stddev=getattr(posterior, "stddev", None),
    reconstruction=tf.identity(vae.decode(code).mean(), name="reconstruction"),
    samples=tf.identity(vae.decode(prior_codes).mean(), name="samples"),
    per_image=per_image,
    averages=averages,
    global_step=global_step,
    outputs=outputs,
    all_finite=_all_finite(tf.global_variables()),
  )


def _global_step():
  """Returns the graph's global step, made as a resource variable if new."""
  # A reference variable, TF 1.15's default, would be read and written without
  # an order inside the loop.
  with tf.variable_scope(tf.get_variable_scope(), use_resource=True):
    return tf.train.get_or_create_global_step()


def _make_step(vae, objective, config, global_step, towers, averages):
  """Returns the function that makes a training step.

  It takes the images, the step and a bool tensor, whether the step is the last
  of a run. It returns the next step, the terms and the measures, which are only
  right in a last step.
  """
  loss_scale = make_loss_scale(config.session.mixed_precision)
  seed = config.training.seed

  def train_step(images, step, is_last):
    optimizer = make_optimizer(config.training, step)

    def gradients_of(images, rows):
      """Returns terms and gradients for some rows of the batch."""
      if config.data.binarization == "dynamic":
        images = binarize(images, rows(step_seed(seed, step, "binarization")))
      noise_seed = rows(step_seed(seed, step))
      terms = objective(vae, images, noise_seed, config.objective, step)
      return terms.means(), optimizer.compute_gradients(
        loss_scale.scale(terms.loss), vae.variables
      )

    means, gradients = towers.average(gradients_of, images)
    gradients = loss_scale.unscale(gradients)
    measures = {
      # It costs a pass over all gradients.
      "gradient_norm": tf.cond(
        is_last,
        lambda: tf.linalg.global_norm([gradient for gradient, _ in gradients]),
        lambda: tf.zeros([]),
      ),
      "learning_rate": tf.convert_to_tensor(
        learning_rate(config.training, step)
      ),
    }
    clipped = clip_gradients(gradients, config.training.clip_gradient_norm)

    def apply_gradients():
      # The optimizer's variables are named by the open name scope, which must
      # not be that of a loop or of a condition: their names have to be the same
      # in every input mode.
      with tf.name_scope(None):
        return optimizer.apply_gradients(clipped)

    # The terms must be computed with the weights before the update, also where
    # a weight's gradient does not depend on its value.
    with tf.control_dependencies(list(means.values())):
      update = loss_scale.apply(gradients, apply_gradients)
    with tf.control_dependencies([update]):
      averaged = averages.update()
    with tf.control_dependencies([averaged]):
      next_step = tf.identity(global_step.assign(step + 1))
    return next_step, means, measures

  return train_step


def _one_step(step, batches, global_step):
  """Returns the RunOutputs of a single training step."""
  before = tf.identity(global_step.read_value())
  after, terms, measures = step(
    batches.batch(before), before, tf.constant(True)
  )
  return RunOutputs(
    step=after,
    steps=after - before,
    last=terms,
    total=terms,
    measures=measures,
  )


def _loop(step, names, batches, global_step, num_steps):
  """Returns the RunOutputs of `num_steps` training steps in a while_loop.

  The loop ends early when a term is not finite, so that `last` are the terms of
  the step that went wrong.
  """
  before = tf.identity(global_step.read_value())
  end = before + num_steps
  zeros = {name: tf.zeros([]) for name in names}
  no_measures = {name: tf.zeros([]) for name in _MEASURES}

  def more_to_do(now, last, total, measures):
    del total, measures
    finite = tf.reduce_all(tf.math.is_finite(tf.stack(list(last.values()))))
    return tf.logical_and(now < end, finite)

  def body(now, last, total, measures):
    del last, measures
    after, terms, measures = step(batches.batch(now), now, now + 1 >= end)
    total = {name: total[name] + terms[name] for name in names}
    return after, terms, total, measures

  after, last, total, measures = tf.while_loop(
    more_to_do,
    body,
    (before, zeros, zeros, no_measures),
    parallel_iterations=1,
    back_prop=False,
  )
  return RunOutputs(
    step=after,
    steps=after - before,
    last=last,
    total=total,
    measures=measures,
  )


def _all_finite(variables):
  """Returns a bool scalar: whether every floating-point variable is finite."""
  checks = [
    tf.reduce_all(tf.math.is_finite(variable.read_value()))
    for variable in variables
    if variable.dtype.base_dtype.is_floating
  ]
  return tf.reduce_all(tf.stack(checks), name="all_finite")
