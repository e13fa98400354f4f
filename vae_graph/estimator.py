"""A VAE as the model function of a `tf.estimator.Estimator`.

    estimator = tf.estimator.Estimator(
      vae_graph.estimator.model_fn,
      model_dir="runs/vae",
      params={"model": vae_graph.ModelConfig(code_size=2)},
    )
    tf.estimator.train_and_evaluate(estimator, train_spec, eval_spec)

For TensorFlow 1.15 to 2.15; newer ones have no Estimator. A training step is
that of `vae_graph.train`, with batches of the `input_fn`. What is left in
`model_dir` is a run: `TrainedModel`, `export_model` and the binaries take it.
"""

import dataclasses
from typing import Any

from vae_graph import errors, registry
from vae_graph.compat import tf, versions
from vae_graph.config.combinations import has_analytic_kl, has_density
from vae_graph.config.experiment import ExperimentConfig
from vae_graph.data.binarization import binarize
from vae_graph.objectives.elbo import elbo, elbo_mc
from vae_graph.randomness import NoiseInputs, step_seed
from vae_graph.runs import restore_targets
from vae_graph.runs.directory import RunDirectory
from vae_graph.training.averaging import make_averages
from vae_graph.training.ballot import OwnTerms
from vae_graph.training.ranks import Ranks, share_of
from vae_graph.training.step import TrainingStep
from vae_graph.training.towers import Undivided
from vae_graph.vae import VAE


def model_fn(
  features: Any, labels: Any, mode: str, params: Any, config: Any = None
) -> Any:
  """The model function.

  Args:
    features: images, float32 `[batch, *image_shape]` in [0, 1]; or a dict with
      them as `images` and, for predictions, standard Gaussian `noise`, float32
      `[batch, code_size]`, in place of what is drawn. The shape behind the
      batch is known.
    labels: not read.
    mode: a `tf.estimator.ModeKeys`.
    params: an `ExperimentConfig`; or a dict of its parts, each a config or a
      dict of its settings: `model`, `objective`, `data`, `training`. Of `data`
      the binarization is read if it is dynamic; of `training` the seed, the
      optimizer with its learning rate, `clip_gradient_norm` and `ema_decay`.
    config: the Estimator's `RunConfig`. Its `tf_random_seed` counts for the
      `input_fn` alone: initial weights and noise follow from the seed of
      `training`.

  Returns:
    A `tf.estimator.EstimatorSpec`. Its metrics are `elbo`, `rate` and
    `distortion`, in nats and means over all images, those that there are. Its
    predictions are `mean` and `stddev` of the posterior, a `code` of it and its
    `reconstruction`. It exports the signatures `encode` (also the default),
    `reconstruct` and `score` of docs/export.md; noise that is not among the
    features follows from the seed. `vae_graph.export_model(model_dir, ...)`
    exports the others, too.

  Raises:
    UnsupportedError: this TensorFlow has no Estimator.
    ConfigError: settings contradict each other.
    TensorError: features are none of these.
  """
  del labels
  modes = _estimator().ModeKeys
  experiment_config = _experiment_config(params)
  if mode == modes.TRAIN:
    return _train_spec(_images(features), experiment_config, config)
  if mode == modes.EVAL:
    return _eval_spec(_images(features), experiment_config)
  return _predict_spec(features, experiment_config)


def _estimator():
  # Where there is none, some versions have a stub that raises when it is used.
  try:
    return tf.estimator
  except (AttributeError, ImportError):
    raise errors.UnsupportedError(
      f"vae_graph.estimator needs tf.estimator, which TensorFlow"
      f" {tf.__version__} lacks (1.15 to 2.15 have it); use vae_graph.train,"
      " whose runs it reads and writes"
    ) from None


def _experiment_config(params):
  if isinstance(params, ExperimentConfig):
    return params
  parts = {
    part.name: part.type for part in dataclasses.fields(ExperimentConfig)
  }
  unknown = sorted(set(params or {}) - set(parts))
  if unknown:
    raise errors.ConfigError(
      f"params has {', '.join(unknown)}, which no part of the configuration is;"
      f" these are {', '.join(parts)}"
    )
  return ExperimentConfig(
    **{
      name: parts[name].from_dict(part) if isinstance(part, dict) else part
      for name, part in (params or {}).items()
    }
  )


def _images(features):
  images = features
  if isinstance(features, dict):
    # A ServingInputReceiver calls a tensor so that it is given by itself.
    images = features.get("images", features.get("feature"))
  if images is None:
    raise errors.TensorError(
      "features must be images, or a dict that has them as `images`, found"
      f" {', '.join(map(str, features))}"
    )
  images = tf.convert_to_tensor(images)
  if images.shape.ndims is None or not images.shape[1:].is_fully_defined():
    raise errors.TensorError(
      "features must be images of a known shape [batch, *image_shape], found"
      f" {images.shape}; call set_shape in the input_fn"
    )
  return images


def _make_vae(images, experiment_config):
  return VAE(experiment_config.model, images.shape.as_list()[1:])


def _objective(experiment_config):
  name = experiment_config.objective.objective
  return registry.load(registry.OBJECTIVES, name)


def _train_spec(images, experiment_config, config):
  training_config = experiment_config.training
  tf.set_random_seed(training_config.seed)
  global_step = tf.train.get_or_create_global_step()
  vae = _make_vae(images, experiment_config)
  averages = make_averages(
    vae.variables, decay=training_config.ema_decay, global_step=global_step
  )
  step = TrainingStep(
    vae,
    _objective(experiment_config),
    experiment_config=experiment_config,
    global_step=global_step,
    towers=Undivided(),
    averages=averages,
    learning_rate_factor=1.0,
    wrap_optimizer=Ranks().wrap_optimizer,
    share=share_of(Ranks(), training_config.batch_size),
    term_means=OwnTerms(),
  )
  outputs = step.build(
    images, tf.identity(global_step), is_last=tf.constant(False)
  )
  scaffold, hooks = None, []
  if config is not None and config.model_dir:
    hook = _SettingsHook(config.model_dir, experiment_config, vae.image_shape)
    # A new run has its settings before its first checkpoint.
    scaffold = tf.train.Scaffold(init_fn=lambda scaffold, session: hook.write())
    hooks.append(hook)
  return tf.estimator.EstimatorSpec(
    tf.estimator.ModeKeys.TRAIN,
    loss=outputs.terms["loss"],
    train_op=outputs.step,
    training_chief_hooks=hooks,
    scaffold=scaffold,
  )


def _eval_spec(images, experiment_config):
  # An evaluation's batches have noise of their own, the same each time.
  with tf.variable_scope("evaluation"):
    batch = tf.get_variable(
      "batch",
      initializer=tf.constant(0, tf.int64),
      trainable=False,
      use_resource=True,
      collections=[tf.GraphKeys.LOCAL_VARIABLES],
    ).assign_add(1)
  vae = _make_vae(images, experiment_config)
  seed = experiment_config.training.seed
  if experiment_config.data.binarization == "dynamic":
    images = binarize(images, step_seed(seed, batch, purpose="binarization"))
  terms = _objective(experiment_config)(
    vae, images, step_seed(seed, batch), config=experiment_config.objective
  )
  metrics = {
    name: tf.metrics.mean(term)
    for name, term in terms.defined().items()
    if name != "loss"
  }
  return tf.estimator.EstimatorSpec(
    tf.estimator.ModeKeys.EVAL,
    loss=terms.loss,
    eval_metric_ops=metrics,
    scaffold=_averaged_scaffold(vae, experiment_config),
  )


def _predict_spec(features, experiment_config):
  images = _images(features)
  vae = _make_vae(images, experiment_config)
  seed = step_seed(experiment_config.training.seed, 0)
  if isinstance(features, dict) and "noise" in features:
    seed = _GivenNoise(features["noise"])
  posterior = vae.encode(images)
  code, _ = posterior.sample_and_log_prob(seed)
  encoded = {"mean": posterior.mean}
  if posterior.stddev is not None:
    encoded["stddev"] = posterior.stddev
  reconstructed = {"reconstruction": vae.decode(code).mean(), "code": code}
  signatures = {
    "serving_default": encoded,
    "encode": encoded,
    "reconstruct": reconstructed,
  }
  if has_density(experiment_config.model):
    analytic = has_analytic_kl(experiment_config.model)
    terms = (elbo if analytic else elbo_mc)(vae, images, seed).defined()
    signatures["score"] = {
      name: terms[name] for name in ("elbo", "rate", "distortion")
    }
  return tf.estimator.EstimatorSpec(
    tf.estimator.ModeKeys.PREDICT,
    predictions={**encoded, **reconstructed},
    export_outputs={
      name: tf.estimator.export.PredictOutput(outputs)
      for name, outputs in signatures.items()
    },
    scaffold=_averaged_scaffold(vae, experiment_config),
  )


def _averaged_scaffold(vae, experiment_config):
  """Returns what restores averages in the weights' place, if there are any."""
  if not experiment_config.training.ema_decay:
    return None
  variables = {
    target.name: target.variable
    for target in restore_targets.find_targets(vae.variables, averaged=True)
  }
  global_step = tf.train.get_or_create_global_step()
  variables[global_step.op.name] = global_step
  return tf.train.Scaffold(saver=tf.train.Saver(variables))


class _GivenNoise(NoiseInputs):
  """Noise that is there already, in the place of an input for it."""

  def __init__(self, noise):
    super().__init__("noise")
    self._noise = noise

  def take(self, kind, shape):
    """Returns the noise, if it is the posterior's."""
    if self._purposes or kind != "noise":
      raise errors.UnsupportedError(
        "the model draws more than the posterior's Gaussian noise, which"
        " features have as `noise`; leave `noise` out"
      )
    return self._noise


class _SettingsHook(tf.train.SessionRunHook):
  """Writes what makes a run of the folder of an Estimator's checkpoints.

  Not before there is a session, for it holds whoever comes next to the
  settings.
  """

  def __init__(self, folder, experiment_config, image_shape):
    self._run = RunDirectory(folder)
    self._config = experiment_config
    self._image_shape = image_shape

  def begin(self):
    """Refuses a folder that holds another model."""
    self._checked = self._run.check(self._config, image_shape=self._image_shape)

  def after_create_session(self, session, coord):
    """Writes the settings that training goes on with."""
    del session, coord
    self.write()

  def write(self):
    """Writes `config.json`."""
    self._run.write(*self._checked, flags_text="", versions=versions())
