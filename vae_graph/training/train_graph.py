"""The train graph: its public tensors, and the training op.

The names are documented in docs/graph.md. Three pieces that know nothing of
each other make the training op: a batch source (step -> images), a step
(images, step -> update) and a loop around them.
"""

import typing
from typing import Any, Optional

import numpy as np

from vae_graph import registry
from vae_graph.compat import require_graph_mode, tf
from vae_graph.config.combinations import whole_batch_part
from vae_graph.data.batches import make_batches
from vae_graph.data.binarization import binarize
from vae_graph.randomness import BatchSeed, fold_in
from vae_graph.training.averaging import make_averages
from vae_graph.training.ballot import Ballot, make_term_means
from vae_graph.training.loop import RunOutputs, build_loop, build_single_step
from vae_graph.training.ranks import Ranks, share_of
from vae_graph.training.step import TrainingStep
from vae_graph.training.towers import make_towers
from vae_graph.vae import VAE


class TrainGraph(typing.NamedTuple):
  """Tensors and ops of the train graph; shapes as in docs/graph.md.

  code_stddev is None where the posterior has none in closed form; noise_start
  and noise_rows are where the loss is of a whole batch, of which there are no
  parts. samples are decoded from prior_codes, which may be fed. ballot is where
  there are several ranks.
  """

  vae: VAE
  batches: Any
  data: tf.Tensor
  noise_seed: tf.Tensor
  noise_start: Optional[tf.Tensor]
  noise_rows: Optional[tf.Tensor]
  num_samples: tf.Tensor
  num_steps: tf.Tensor
  learning_rate_factor: tf.Tensor
  observation: tf.Tensor
  code: tf.Tensor
  code_mean: tf.Tensor
  code_stddev: Optional[tf.Tensor]
  reconstruction: tf.Tensor
  prior_codes: tf.Tensor
  samples: tf.Tensor
  per_image: Any
  averages: Any
  global_step: tf.Variable
  outputs: RunOutputs
  all_finite: tf.Tensor
  ballot: Any


def build_train_graph(experiment_config, images, *, ranks=None):
  """Builds model, evaluation tensors and training op in the default graph.

  Args:
    experiment_config: an `ExperimentConfig`.
    images: training images, uint8 or float32 `[n, *image_shape]`.
    ranks: a `Ranks`; by default this process trains alone.

  Returns:
    A `TrainGraph`.

  Raises:
    GraphModeError: eager execution is on.
    ConfigError: the batch size is larger than the data set, or the towers do
      not divide it.
    DeviceError: a tower's device is not there.
  """
  require_graph_mode("build_train_graph")
  ranks = ranks or Ranks()
  towers = make_towers(experiment_config, ranks.num_ranks)
  with towers.model_scope():
    return _build(experiment_config, images, towers, ranks)


def _build(experiment_config, images, towers, ranks):
  training_config = experiment_config.training
  tf.set_random_seed(training_config.seed)
  global_step = _make_global_step()
  vae = VAE(experiment_config.model, images.shape[1:])
  objective = registry.load(
    registry.OBJECTIVES, experiment_config.objective.objective
  )

  data = tf.placeholder(tf.float32, (None, *vae.image_shape), name="data")
  noise_seed = tf.placeholder_with_default(
    np.zeros(2, np.int64), [2], name="noise_seed"
  )
  seed, noise_start, noise_rows = noise_seed, None, None
  if not whole_batch_part(experiment_config.objective):
    noise_start = tf.placeholder_with_default(0, [], name="noise_start")
    noise_rows = tf.placeholder_with_default(0, [], name="noise_rows")
    seed = BatchSeed(noise_seed, noise_start, noise_rows)
  num_samples = tf.placeholder_with_default(10, [], name="num_samples")
  num_steps = tf.placeholder_with_default(np.int64(1), [], name="num_steps")
  learning_rate_factor = tf.placeholder_with_default(
    1.0, [], name="learning_rate_factor"
  )
  with tf.name_scope("observation") as scope:
    observation = data
    if experiment_config.data.binarization == "dynamic":
      observation = binarize(data, fold_in(seed, "binarization"))
    observation = tf.identity(observation, name=scope)
  terms = objective(vae, observation, seed, config=experiment_config.objective)
  code_stddev = terms.posterior.stddev
  if code_stddev is not None:
    code_stddev = tf.identity(code_stddev, name="code_stddev")
  with tf.name_scope("code") as scope:
    code, likelihood = _one_code(vae, terms, seed)
    code = tf.identity(code, name=scope)
  with tf.name_scope("reconstruction") as scope:
    reconstruction = tf.identity(likelihood.mean(), name=scope)
  with tf.name_scope("prior_codes") as scope:
    prior_codes = vae.prior.sample(num_samples, fold_in(noise_seed, "prior"))
    prior_codes = tf.identity(prior_codes, name=scope)
  with tf.name_scope("samples") as scope:
    samples = tf.identity(vae.decode(prior_codes).mean(), name=scope)
  with tf.name_scope("means"):
    means = terms.means()
  for name in ("loss", "elbo"):
    if name in means:
      tf.identity(means[name], name=name)

  with towers.update_scope():
    share = share_of(ranks, training_config.batch_size)
    batches = make_batches(images, training_config, data=data, rows=share.rows)
    averages = make_averages(
      vae.variables, decay=training_config.ema_decay, global_step=global_step
    )
    training_step = TrainingStep(
      vae,
      objective,
      experiment_config=experiment_config,
      global_step=global_step,
      towers=towers,
      averages=averages,
      learning_rate_factor=learning_rate_factor,
      wrap_optimizer=ranks.wrap_optimizer,
      share=share,
      term_means=make_term_means(ranks, len(means)),
    )
    with tf.name_scope("train_step") as scope:
      if batches.max_steps_per_run == 1:
        outputs = build_single_step(
          training_step, batches, global_step=global_step
        )
      else:
        outputs = build_loop(
          training_step,
          batches,
          global_step=global_step,
          num_steps=num_steps,
          term_names=list(means),
        )
      train_step = tf.group(*tf.nest.flatten(outputs), name=scope)
    tf.add_to_collection(tf.GraphKeys.TRAIN_OP, train_step)
    ballot = Ballot(ranks) if ranks.num_ranks > 1 else None

  return TrainGraph(
    vae=vae,
    batches=batches,
    data=data,
    noise_seed=noise_seed,
    noise_start=noise_start,
    noise_rows=noise_rows,
    num_samples=num_samples,
    num_steps=num_steps,
    learning_rate_factor=learning_rate_factor,
    observation=observation,
    code=code,
    code_mean=tf.identity(terms.posterior.mean, name="code_mean"),
    code_stddev=code_stddev,
    reconstruction=reconstruction,
    prior_codes=prior_codes,
    samples=samples,
    per_image=terms,
    averages=averages,
    global_step=global_step,
    outputs=outputs,
    all_finite=_check_finite(tf.global_variables()),
    ballot=ballot,
  )


def _one_code(vae, terms, seed):
  """Returns one sample of each image's posterior, and the likelihood at it."""
  if terms.code.shape.ndims == 2:
    return terms.code, terms.likelihood
  # Some objectives draw several.
  code, _ = terms.posterior.sample_and_log_prob(seed)
  return code, vae.decode(code)


def _make_global_step():
  """Returns the graph's global step, made as a resource variable if new."""
  # A reference variable, TF 1.15's default, would be read and written without
  # an order inside the loop.
  with tf.variable_scope(tf.get_variable_scope(), use_resource=True):
    return tf.train.get_or_create_global_step()


def _check_finite(variables):
  """Returns a bool scalar: whether every floating-point variable is finite."""
  with tf.name_scope("all_finite") as scope:
    checks = [
      tf.reduce_all(tf.math.is_finite(variable.read_value()))
      for variable in variables
      if variable.dtype.base_dtype.is_floating
    ]
    return tf.reduce_all(tf.stack(checks), name=scope)
