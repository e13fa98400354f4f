"""A training step: from images to updated weights."""

import typing
from typing import Any, Dict

from vae_graph.compat import tf
from vae_graph.data.binarization import binarize
from vae_graph.randomness import step_seed
from vae_graph.training.loss_scale import make_loss_scale
from vae_graph.training.optimizers import (
  clip_gradients,
  make_optimizer,
  scheduled_learning_rate,
)

MEASURES = ("gradient_norm", "learning_rate")


class StepOutputs(typing.NamedTuple):
  """What one training step returns.

  step: int64 scalar, the global step after it.
  terms: `{name: float32 scalar}`, batch means of the objective's terms.
  measures: `{name: float32 scalar}` of `MEASURES`; right in the last step of
    a session.run alone.
  """

  step: Any
  terms: Dict[str, Any]
  measures: Dict[str, Any]


class TrainingStep:
  """What a training step does; a loop builds it where it wants it.

  Args:
    vae: a `VAE`.
    objective: a function as in objectives/.
    experiment_config: an `ExperimentConfig`.
    global_step: the int64 variable that counts training steps.
    towers: what divides a batch; see `make_towers`.
    averages: what follows the weights; see `make_averages`.
    learning_rate_factor: float32 scalar, of the scheduled learning rate.
    wrap_optimizer: function of a `tf.train.Optimizer` that returns the one to
      use, by `compute_gradients(loss, variables)` and
      `apply_gradients(gradients, name=name)`.
    share: the `Share` of each batch.
    term_means: what averages terms over ranks; see `make_term_means`.
  """

  def __init__(
    self,
    vae,
    objective,
    *,
    experiment_config,
    global_step,
    towers,
    averages,
    learning_rate_factor,
    wrap_optimizer,
    share,
    term_means,
  ):
    self._vae = vae
    self._objective = objective
    self._config = experiment_config
    self._global_step = global_step
    self._towers = towers
    self._averages = averages
    self._learning_rate_factor = learning_rate_factor
    self._wrap_optimizer = wrap_optimizer
    self._share = share
    self._term_means = term_means
    mixed_precision = experiment_config.session.mixed_precision
    self._loss_scale = make_loss_scale(mixed_precision)

  def build(self, images, step, *, is_last):
    """Builds the ops of a step, in the loop that is open if any.

    Args:
      images: float32 `[batch, *image_shape]` in [0, 1].
      step: int64 scalar, the global step before it.
      is_last: bool scalar, whether a session.run ends with it.

    Returns:
      `StepOutputs`.
    """
    training_config = self._config.training
    with tf.name_scope("learning_rate"):
      learning_rate = scheduled_learning_rate(step, training_config)
      learning_rate *= self._learning_rate_factor
    optimizer = self._wrap_optimizer(
      make_optimizer(learning_rate, training_config)
    )
    terms, gradients = self._towers.average(
      lambda images, rows: self._compute(images, step, rows, optimizer), images
    )
    gradients = self._loss_scale.unscale(gradients)
    with tf.name_scope("measures"):
      measures = {
        # It costs a pass over all gradients.
        "gradient_norm": tf.cond(
          is_last,
          lambda: tf.linalg.global_norm([each for each, _ in gradients]),
          lambda: tf.zeros([]),
        ),
        "learning_rate": tf.convert_to_tensor(learning_rate),
      }
    # The terms must be computed with the weights before the update, also where
    # a weight's gradient does not depend on its value.
    with tf.control_dependencies(list(terms.values())):
      updated = self._update(gradients, optimizer)
    with tf.control_dependencies([updated]):
      averaged = self._averages.update()
    with tf.control_dependencies([averaged]), tf.name_scope("next_step"):
      next_step = tf.identity(self._global_step.assign(step + 1))
    return StepOutputs(next_step, terms, measures)

  def _compute(self, images, step, rows, optimizer):
    """Returns terms and gradients of some rows of the batch; see `Towers`."""
    run_seed = self._config.training.seed

    def seed_for(purpose):
      return self._share.seed(rows(step_seed(run_seed, step, purpose=purpose)))

    if self._config.data.binarization == "dynamic":
      with tf.name_scope("binarization"):
        images = binarize(images, seed_for("binarization"))
    with tf.name_scope("noise_seed"):
      noise_seed = seed_for("posterior")
    terms = self._objective(
      self._vae,
      images,
      noise_seed,
      config=self._config.objective,
      step=step,
    )
    with tf.name_scope("means"):
      means = terms.means()
    loss = self._loss_scale.scale(terms.loss)
    return self._term_means.compute_gradients(
      optimizer, loss, variables=self._vae.variables, terms=means
    )

  def _update(self, gradients, optimizer):
    """Returns the op that updates the weights, if the loss scale allows it."""
    max_norm = self._config.training.clip_gradient_norm
    with tf.name_scope("clip_gradients"):
      clipped = clip_gradients(gradients, max_norm)

    def apply_gradients():
      # The optimizer's variables are named by the open name scope, which must
      # not be that of a loop or of a condition: their names have to be the same
      # in every input mode.
      # The whole step is the graph's training op. What an optimizer adds may
      # be inside of a loop's function, where import_meta_graph would not find
      # it.
      train_ops = tf.get_collection(tf.GraphKeys.TRAIN_OP)
      with tf.name_scope(None):
        applied = optimizer.apply_gradients(clipped, name=scope)
      tf.get_collection_ref(tf.GraphKeys.TRAIN_OP)[:] = train_ops
      return applied

    with tf.name_scope("update") as scope:
      return self._loss_scale.apply(gradients, apply_gradients)
