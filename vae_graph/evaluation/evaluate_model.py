"""The evaluation of a trained model: all figures, on one split.

docs/evaluation.md has their formulas. What is not defined for a model is None,
and the reason stands in `undefined`.
"""

import math
from typing import Any, Callable, Dict, Optional

import numpy as np

from vae_graph.config.combinations import (
  has_density,
  has_standard_normal_prior,
)
from vae_graph.config.evaluation import EvaluationConfig
from vae_graph.data.dataset import Dataset, check_type
from vae_graph.data.pixels import to_unit_interval
from vae_graph.evaluation.likelihood_figures import likelihood_figures
from vae_graph.evaluation.provenance import provenance
from vae_graph.inference.trained_model import TrainedModel
from vae_graph.latent_metrics.codes import (
  active_units,
  collapse_warning,
  kl_per_dimension,
  moments,
)
from vae_graph.latent_metrics.discrepancy import expected_mmd, mmd
from vae_graph.latent_metrics.linear_probe import (
  few_of_a_class,
  probe_accuracy,
  too_large,
)
from vae_graph.latent_metrics.neighbors import knn_accuracy

# Samples of each image from which the moments of a posterior are estimated
# that has none in closed form.
_MOMENT_SAMPLES = 64
# A covariance of more dimensions is more than anybody reads.
_MOST_COVARIANCES = 64
# Pixels that are decoded and compared at a time; 128 MiB for each array.
_DECODED_PIXELS = 2**25
_NO_LABELS = "the data set has no labels"
_ONE_IMAGE = "a single image does not vary"


def evaluate_model(
  model: TrainedModel,
  dataset: Dataset,
  *,
  evaluation_config: Optional[EvaluationConfig] = None,
  progress: Optional[Callable[[int], Any]] = None,
) -> Dict[str, Any]:
  """Measures a model.

  Args:
    model: a `TrainedModel`.
    dataset: a `Dataset` of images as the model observes them, such as
      `load_observed_dataset` gives.
    evaluation_config: an `EvaluationConfig`; by default one of its defaults.
    progress: function of a number of images, called while importance sampling
      proceeds; see `TrainedModel.score`.

  Returns:
    A dict of JSON types with the figures of `report.figures.FIGURES`, standard
    errors as `NAME_stderr`, and what they were measured on, to the bit in
    `provenance`; `undefined` is `{figure: reason}`, `warnings` a list of lines.
  """
  check_type(dataset, "the data set given")
  evaluation_config = evaluation_config or EvaluationConfig()
  split = getattr(dataset, evaluation_config.split)
  if evaluation_config.max_images:
    split = split.first(evaluation_config.max_images)
  result = {
    "step": model.step,
    "checkpoint": model.checkpoint,
    "dataset": model.config.data.dataset,
    "split": evaluation_config.split,
    "images": len(split.images),
    "pixels": model.config.data.pixels,
    "code_size": model.config.model.code_size,
    "undefined": {},
    "warnings": [],
  }
  encoded = model.encode(split.images, seed=evaluation_config.evaluation_seed)
  for figures in (
    likelihood_figures(
      model,
      split.images,
      evaluation_config=evaluation_config,
      progress=progress,
    ),
    _code_figures(model, split.images, encoded, evaluation_config),
    _class_figures(model, dataset.train, split, encoded, evaluation_config),
  ):
    result["undefined"].update(figures.pop("undefined"))
    result["warnings"] += figures.pop("warnings", [])
    result.update(figures)
  result.update(dict.fromkeys(result["undefined"]))
  result["provenance"] = provenance(
    model, dataset, evaluation_config=evaluation_config
  )
  return result


def _code_figures(model, images, encoded, evaluation_config):
  """Returns the figures of the codes and of what is decoded from them."""
  means, stddevs = _posterior_moments(model, images, encoded, evaluation_config)
  active, variances = active_units(means)
  mean, covariance = moments(encoded.sample)
  prior_codes = model.sample_codes(
    len(images), seed=evaluation_config.evaluation_seed
  )
  undefined = {}
  figures = {
    "reconstruction_mse": _reconstruction_mse(model, images, encoded.mean),
    "active_units": int(active),
    "mmd": mmd(
      encoded.sample, prior_codes, kernel=evaluation_config.mmd_kernel
    ),
    "mmd_kernel": evaluation_config.mmd_kernel,
    "code_mean": mean.tolist(),
    "code_covariance": covariance.tolist(),
    "kl_per_dimension": None,
    "undefined": undefined,
  }
  if len(images) > 1:
    figures["mmd_reference"] = expected_mmd(
      prior_codes, size=len(images), kernel=evaluation_config.mmd_kernel
    )
  else:
    names = ("active_units", "code_covariance")
    undefined.update(dict.fromkeys(names, _ONE_IMAGE))
  if len(mean) > _MOST_COVARIANCES:
    undefined["code_covariance"] = (
      f"a table of {len(mean)} x {len(mean)} is left out"
    )
  reason = _no_kl_reason(model.config.model)
  if reason:
    undefined["kl_per_dimension"] = reason
  else:
    kl = kl_per_dimension(means, stddevs)
    figures["kl_per_dimension"] = kl.tolist()
  warning = collapse_warning(variances)
  figures["warnings"] = [warning] if warning else []
  return figures


def _reconstruction_mse(model, images, codes):
  """Returns the mean squared difference of images and decoder means."""
  total, step = 0.0, max(1, _DECODED_PIXELS // images[0].size)
  for start in range(0, len(images), step):
    part = to_unit_interval(images[start : start + step])
    difference = model.decode(codes[start : start + step]) - part
    total += np.sum(difference**2, dtype=np.float64)
  return float(total / images.size)


def _posterior_moments(model, images, encoded, evaluation_config):
  """Returns each image's posterior mean and standard deviation.

  Those of a posterior that has neither in closed form are estimated.
  """
  if encoded.stddev is not None or not has_density(model.config.model):
    return encoded.mean, encoded.stddev
  total = np.zeros(encoded.mean.shape)
  squares = np.zeros(encoded.mean.shape)
  for index in range(_MOMENT_SAMPLES):
    seed = evaluation_config.evaluation_seed + 1 + index
    sample = model.encode(images, seed=seed).sample.astype(np.float64)
    total += sample
    squares += sample**2
  mean = total / _MOMENT_SAMPLES
  variance = squares / _MOMENT_SAMPLES - mean**2
  variance *= _MOMENT_SAMPLES / (_MOMENT_SAMPLES - 1)
  return mean, np.sqrt(np.maximum(variance, np.finfo(np.float32).tiny))


def _no_kl_reason(model_config):
  """Returns why there is no KL divergence of each dimension, or None."""
  if not has_density(model_config):
    return f"posterior {model_config.posterior} has no density"
  if not has_standard_normal_prior(model_config):
    return f"prior {model_config.prior} is not the standard normal one"
  return None


def _class_figures(model, train, split, encoded, evaluation_config):
  """Returns how well codes tell the classes of images."""
  names = ("knn_accuracy", "probe_accuracy")
  if split.labels is None or train.labels is None:
    return {"undefined": dict.fromkeys(names, _NO_LABELS)}
  if evaluation_config.split == "train":
    reason = "classifiers are fitted on the train split; evaluate split test"
    return {"undefined": dict.fromkeys(names, reason)}
  reason = few_of_a_class(train.labels)
  if reason:
    return {"undefined": dict.fromkeys(names, reason)}
  train_encoded = model.encode(
    train.images, seed=evaluation_config.evaluation_seed
  )
  train_codes = train_encoded.mean
  tested = {"test_codes": encoded.mean, "test_labels": split.labels}
  figures, undefined = {}, {}
  reason = too_large(train.labels)
  if reason:
    undefined["probe_accuracy"] = reason
  else:
    figures["probe_accuracy"] = probe_accuracy(
      train_codes, train.labels, **tested
    )
  if evaluation_config.neighbors > len(train_codes):
    undefined["knn_accuracy"] = (
      f"there are only {len(train_codes)} training images"
    )
  else:
    figures["knn_accuracy"] = knn_accuracy(
      train_codes, train.labels, k=evaluation_config.neighbors, **tested
    )
    figures["neighbors"] = evaluation_config.neighbors
  for name, value in list(figures.items()):
    if name in names:
      figures[f"{name}_stderr"] = _stderr_of_share(value, len(split.images))
  return {**figures, "undefined": undefined}


def _stderr_of_share(share, count):
  """Returns the standard error of a share of so many images; of one, NaN."""
  return math.sqrt(share * (1.0 - share) / count) if count > 1 else math.nan
