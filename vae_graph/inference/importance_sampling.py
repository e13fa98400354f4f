"""Importance sampling from the posterior: log p(x) of images.

    log w_k  = log p(x|z_k) + log p(z_k) - log q(z_k|x),   z_k from q(z|x)
    log p(x) ~ log((w_1 + ... + w_K) / K)

The estimate is below log p(x) in the mean, and grows toward it with K. All
samples of an image are drawn and weighed inside one session.run, in blocks that
stay in a CPU's cache where they can; memory does not grow with K.

References:
  Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders", ICLR
  2016.
"""

import typing
from typing import Any

import numpy as np

from vae_graph import errors
from vae_graph.compat import map_fn, tf
from vae_graph.config import combinations
from vae_graph.data.pixels import to_unit_interval
from vae_graph.randomness import fold_in
from vae_graph.runtime.blocks import MEMORY, images_at_once

# Samples that are drawn at once and, unless images are large, decoded at once.
BLOCK_OF_SAMPLES = 500
# Images that are worked on at the same time, to fill the cores between ops.
PARALLEL_IMAGES = 2
# Samples in a session.run, all images together: a fraction of a second with the
# dense network.
_SAMPLES_PER_RUN = 20000
# Pixels of the images in a session.run; 128 MiB of floats.
_PIXELS_PER_RUN = 2**25


class Estimates(typing.NamedTuple):
  """Estimates of importance sampling for each image; nats, float64 `[n]`.

  elbo: mean of log w over the samples, -(rate + distortion).
  rate: mean of log q(z|x) - log p(z).
  distortion: mean of -log p(x|z).
  log_likelihood: the estimate of log p(x). Gray pixels under a Bernoulli have
    no probability, and of them it is the importance-weighted bound of a
    cross-entropy.
  stderr: its standard error, from the spread of the weights (the delta method).
    It is an honest one only where the samples have found where the weights are
    large. NaN for one sample.
  """

  elbo: Any
  rate: Any
  distortion: Any
  log_likelihood: Any
  stderr: Any


class EstimationGraph(typing.NamedTuple):
  """The graph of importance sampling: what to feed, and what to fetch.

  images: float32 `[n, *image_shape]` in [0, 1].
  first_index: int64 scalar, index of the first image; 0 unless fed. An image's
    noise follows from the seed and its own index.
  num_samples: int32 scalar, K.
  seed: int64 scalar; 0 unless fed.
  estimates: `Estimates`, tensors.
  """

  images: tf.Tensor
  first_index: tf.Tensor
  num_samples: tf.Tensor
  seed: tf.Tensor
  estimates: Estimates


def build_estimation(vae, *, at_once=BLOCK_OF_SAMPLES):
  """Builds importance sampling in the default graph.

  Args:
    vae: a `VAE`.
    at_once: samples of an image that are decoded at once; fewer take less
      memory, and make the same estimates but for rounding.

  Returns:
    An `EstimationGraph`.

  Raises:
    ConfigError: the posterior has no density.
  """
  check_density(vae.model_config)
  images = tf.placeholder(tf.float32, (None, *vae.image_shape))
  first_index = tf.placeholder_with_default(np.int64(0), [])
  num_samples = tf.placeholder(tf.int32, [])
  seed = tf.placeholder_with_default(np.int64(0), [])
  indices = first_index + tf.range(tf.shape(images, out_type=tf.int64)[0])
  estimates = map_fn(
    lambda pair: _estimate(vae, *pair, num_samples, seed=seed, at_once=at_once),
    (images, indices),
    Estimates(*[tf.float64] * len(Estimates._fields)),
    PARALLEL_IMAGES,
  )
  return EstimationGraph(images, first_index, num_samples, seed, estimates)


def samples_at_once(distortion):
  """Returns how many samples of an image to decode at once, by memory.

  Args:
    distortion: float32 `[n]`, -log p(x|z) of a graph of the same model.
  """
  return images_at_once(
    [distortion], at_most=BLOCK_OF_SAMPLES, memory=MEMORY // PARALLEL_IMAGES
  )


def check_density(model_config):
  """Raises unless a model's posterior has a density to weigh samples by.

  Args:
    model_config: a `ModelConfig`.

  Raises:
    ConfigError: it has none.
  """
  if not combinations.has_density(model_config):
    raise errors.ConfigError(
      f"posterior {model_config.posterior} has no density, without which there"
      " is no rate, ELBO or estimate of log p(x); train a model with another"
      " posterior"
    )


def estimate(
  session,
  estimation_graph,
  *,
  images,
  num_samples,
  seed=0,
  first_index=0,
  progress=None,
):
  """Estimates log p(x) of images, each by samples of its own.

      with tqdm.tqdm(total=len(images)) as bar:
        estimates = estimate(
          session,
          estimation_graph,
          images=images,
          num_samples=5000,
          progress=bar.update,
        )
      mean, stderr = mean_and_stderr(estimates.log_likelihood)

  Args:
    session: a `tf.Session` of the graph.
    estimation_graph: an `EstimationGraph`.
    images: uint8 or float32 `[n, *image_shape]`.
    num_samples: K, the samples for each image.
    seed: integer. The noise of an image follows from it and the image's index.
    first_index: index of the first image.
    progress: function of a number of images, called when so many more are done.

  Returns:
    `Estimates`, float64 arrays `[n]`.

  Raises:
    ConfigError: `num_samples` is below 1.
  """
  if num_samples < 1:
    raise errors.ConfigError(
      f"importance samples must be at least 1, found {num_samples}"
    )
  parts = []
  most = min(_SAMPLES_PER_RUN // num_samples, _PIXELS_PER_RUN // images[0].size)
  images_per_run = max(1, most)
  for start in range(0, len(images), images_per_run):
    batch = to_unit_interval(images[start : start + images_per_run])
    feed = {
      estimation_graph.images: batch,
      estimation_graph.first_index: first_index + start,
      estimation_graph.num_samples: num_samples,
      estimation_graph.seed: seed,
    }
    parts.append(session.run(estimation_graph.estimates, feed))
    if progress is not None:
      progress(len(batch))
  return Estimates(*[np.concatenate(values) for values in zip(*parts)])


def mean_and_stderr(values):
  """Returns the mean over images, and its standard error.

  Args:
    values: float `[n]`, one for each image.

  Returns:
    Two floats; the second is NaN for one image.
  """
  spread = np.std(values, ddof=1) if len(values) > 1 else np.nan
  return float(np.mean(values)), float(spread / np.sqrt(len(values)))


def _estimate(vae, image, index, num_samples, *, seed, at_once):
  """Returns the `Estimates` of one image, scalar tensors."""
  posterior = vae.encode(image[tf.newaxis])

  def more_to_do(done, *sums):
    del sums
    return done < num_samples

  def body(done, rates, distortions, weights, squares):
    start = done % BLOCK_OF_SAMPLES
    key = tf.stack([seed, index * 2**32 + tf.cast(done - start, tf.int64)])
    # A whole block even where less is wanted, so that an image's samples are
    # the same however many there are; noise is cheap.
    codes, log_q = posterior.sample_and_log_prob(
      fold_in(key, "importance"), (BLOCK_OF_SAMPLES,)
    )
    end = tf.minimum(start + at_once, BLOCK_OF_SAMPLES)
    wanted = tf.minimum(num_samples - done, end - start)
    codes = codes[start : start + wanted, 0]
    rate = log_q[start : start + wanted, 0] - vae.prior.log_prob(codes)
    distortion = -vae.decode(codes).log_prob_of_one(image)
    rate, distortion = (
      tf.cast(rate, tf.float64),
      tf.cast(distortion, tf.float64),
    )
    log_weights = -(rate + distortion)
    return (
      done + wanted,
      rates + tf.reduce_sum(rate),
      distortions + tf.reduce_sum(distortion),
      _add_exp(weights, log_weights),
      _add_exp(squares, 2.0 * log_weights),
    )

  zero = tf.zeros([], tf.float64)
  nothing = tf.constant(-np.inf, tf.float64)
  _, rates, distortions, weights, squares = tf.while_loop(
    more_to_do,
    body,
    (tf.constant(0), zero, zero, nothing, nothing),
    parallel_iterations=1,
    back_prop=False,
  )
  count = tf.cast(num_samples, tf.float64)
  # (w_1^2 + ...) / (w_1 + ...)^2, which is 1 / K for equal weights.
  concentration = tf.exp(squares - 2.0 * weights)
  variance = tf.maximum(concentration - 1.0 / count, 0.0)
  return Estimates(
    elbo=-(rates + distortions) / count,
    rate=rates / count,
    distortion=distortions / count,
    log_likelihood=weights - tf.log(count),
    stderr=tf.sqrt(variance * count / (count - 1.0)),
  )


def _add_exp(total, terms):
  """Returns log(exp(total) + sum of exp(terms)); `total` may be -infinity."""
  return tf.reduce_logsumexp(tf.concat([[total], terms], axis=0))
