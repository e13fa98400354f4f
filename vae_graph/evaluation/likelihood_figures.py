"""The figures in nats: ELBO, rate, distortion, log p(x), bits per dimension.

Gray pixels under a Bernoulli have no probability. What importance sampling
estimates is a bound of their cross-entropy then, and has a name of its own.
"""

import math

import numpy as np

from vae_graph.config.combinations import has_density, pixels_of
from vae_graph.inference.importance_sampling import mean_and_stderr

_NAMES = ("elbo", "rate", "distortion")
_BOUND = "importance_weighted_bound"
_LEVELS = 256
# Pixels to which noise is added at a time; 128 MiB of it.
_NOISY_PIXELS = 2**24


def likelihood_figures(model, images, *, evaluation_config, progress=None):
  """Measures how likely a model finds images.

  Args:
    model: a `TrainedModel`.
    images: uint8 or float32 `[n, *image_shape]`, as the model observes them.
    evaluation_config: an `EvaluationConfig`; reads `importance_samples` and
      `evaluation_seed`.
    progress: see `TrainedModel.score`.

  Returns:
    A dict as of `evaluate_model`.
  """
  model_config = model.config.model
  if not has_density(model_config):
    reason = f"posterior {model_config.posterior} has no density"
    names = ["elbo", "rate", "log_likelihood", "bits_per_dim"]
    if _no_probability_reason(model.config):
      names.append(_BOUND)
    mean, stderr = mean_and_stderr(model.distortion(images).astype(np.float64))
    return {
      "distortion": mean,
      "distortion_stderr": stderr,
      "undefined": dict.fromkeys(names, reason),
    }

  num_samples = evaluation_config.importance_samples
  seed = evaluation_config.evaluation_seed

  def score(images, first_index=0):
    return model.score(
      images,
      importance_samples=num_samples,
      seed=seed,
      first_index=first_index,
      progress=progress,
    )

  estimates = score(images)
  figures = {"importance_samples": num_samples, "undefined": {}}
  values = {name: getattr(estimates, name) for name in _NAMES}
  reason = _no_probability_reason(model.config)
  values[_BOUND if reason else "log_likelihood"] = estimates.log_likelihood
  for name, each in values.items():
    figures[name], figures[f"{name}_stderr"] = mean_and_stderr(each)
  if reason:
    names = ("log_likelihood", "bits_per_dim")
    figures["undefined"].update(dict.fromkeys(names, reason))
    return figures
  reason = _no_bits_reason(model.config, images.dtype)
  if reason:
    figures["undefined"]["bits_per_dim"] = reason
    return figures
  log_likelihood, offset = estimates.log_likelihood, 0.0
  if pixels_of(model_config) == "density":
    # The density of a byte with uniform noise bounds the byte's probability.
    log_likelihood = np.concatenate(
      [
        score(noisy, first).log_likelihood
        for first, noisy in dequantized(images, seed=seed)
      ]
    )
    offset = math.log(_LEVELS)
    figures["dequantization"] = "uniform"
  size = np.prod(model.image_shape)
  bits = (offset - log_likelihood / size) / math.log(2.0)
  figures["bits_per_dim"], figures["bits_per_dim_stderr"] = mean_and_stderr(
    bits
  )
  return figures


def dequantized(images, *, seed):
  """Spreads each byte evenly over its 256th of [0, 1].

  Args:
    images: uint8 `[n, ...]`.
    seed: integer.

  Yields:
    The index of an image, and those from it on, as many as memory is meant for:
    float32 in [0, 1).

  References:
    Theis, van den Oord and Bethge, "A Note on the Evaluation of Generative
    Models", ICLR 2016.
  """
  random = np.random.RandomState(seed)
  step = max(1, _NOISY_PIXELS // images[0].size)
  for first in range(0, len(images), step):
    part = images[first : first + step]
    levels = (part + random.random_sample(part.shape)) / _LEVELS
    largest = np.float32(1.0 - 2.0**-24)
    yield first, np.minimum(levels.astype(np.float32), largest)


def _no_probability_reason(experiment_config):
  """Returns why pixels have neither a probability nor a density, or None."""
  likelihood = experiment_config.model.likelihood
  pixels = pixels_of(experiment_config.model)
  if pixels == "binary" and experiment_config.data.binarization == "none":
    return (
      f"gray pixels under likelihood {likelihood} have no probability; use"
      " discretized_logistic, or binarized pixels"
    )
  return None


def _no_bits_reason(experiment_config, dtype):
  """Returns why there are no bits per dimension, or None."""
  pixels = pixels_of(experiment_config.model)
  if pixels == "density" and dtype != np.uint8:
    return f"the images are {dtype}, of unknown levels; use uint8"
  return None
