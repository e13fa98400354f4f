"""The graph of a trained model, and what its tensors come out as.

Noise is drawn for a whole group of images, from a seed of its own, whatever
images are there: so what an image or a sample gets depends on its index alone.
"""

import typing
from typing import Optional

import numpy as np

from vae_graph.compat import tf
from vae_graph.config.combinations import has_density
from vae_graph.inference.importance_sampling import (
  EstimationGraph,
  build_estimation,
  samples_at_once,
)
from vae_graph.randomness import BatchSeed, fold_in
from vae_graph.runtime.blocks import group_size, images_at_once
from vae_graph.vae import VAE

# Images or codes of a group, and so in a session.run, at most. A power of two.
BLOCK = 256


class Encoded(typing.NamedTuple):
  """The posterior q(z|x) of images; float32 `[n, code_size]`.

  mean: its mean; of posterior iaf, which has no closed form of it, where the
    flow takes the middle of its base.
  stddev: its standard deviations, or None where they have no closed form
    (posterior iaf) or it is no distribution (posterior deterministic). Their
    estimate is the spread of `sample` over several seeds.
  sample: a sample of it.
  """

  mean: np.ndarray
  stddev: Optional[np.ndarray]
  sample: np.ndarray


class Reconstructed(typing.NamedTuple):
  """p(x|z) at codes of images; float32 `[n, *image_shape]` in [0, 1].

  mean: its mean.
  sample: a sample of it.
  """

  mean: np.ndarray
  sample: np.ndarray


class Sampled(typing.NamedTuple):
  """What the model makes up.

  images: decoder means, float32 `[n, *image_shape]` in [0, 1].
  codes: samples of the prior, float32 `[n, code_size]`.
  """

  images: np.ndarray
  codes: np.ndarray


class InferenceGraph(typing.NamedTuple):
  """Placeholders to feed, and tensors to fetch.

  block: images or codes in a session.run at most, `n`: a power of two.

  images: float32 `[n, *image_shape]` in [0, 1], to be fed for the next four.
  mean, stddev, code: float32 `[n, code_size]`, the posterior's, and a sample of
    it. `stddev` is None where there is no closed form.
  distortion: float32 `[n]`, -log p(x|z) in nats at that sample.
  codes: float32 `[n, code_size]`, to be fed for the next two.
  decoder_mean, pixels: float32 `[n, *image_shape]`, the mean and a sample of
    p(x|z).
  prior_codes: float32 `[BLOCK, code_size]`, samples of the prior.
  seed, first: int64 scalars, to be fed for all that is drawn: the caller's seed
    and the index of the first image or code, a multiple of `block`; of
    `prior_codes`, of `BLOCK`.
  estimation: an `EstimationGraph`; None where the posterior has no density.
  """

  vae: VAE
  block: int
  images: tf.Tensor
  mean: tf.Tensor
  stddev: Optional[tf.Tensor]
  code: tf.Tensor
  distortion: tf.Tensor
  codes: tf.Tensor
  decoder_mean: tf.Tensor
  pixels: tf.Tensor
  prior_codes: tf.Tensor
  seed: tf.Tensor
  first: tf.Tensor
  estimation: Optional[EstimationGraph]


def build_inference_graph(model_config, image_shape):
  """Builds the graph of a model in the default graph.

  Args:
    model_config: a `ModelConfig`.
    image_shape: `(height, width)` or `(height, width, channels)`.

  Returns:
    An `InferenceGraph`.
  """
  vae = VAE(model_config, image_shape)
  seed = tf.placeholder_with_default(np.int64(0), [])
  first = tf.placeholder_with_default(np.int64(0), [])
  pixels_group = _power_of_two(group_size(vae.image_shape, at_most=BLOCK))

  def noise(purpose, group=BLOCK):
    key = tf.stack([seed, first // group])
    start = tf.cast(first % group, tf.int32)
    return BatchSeed(fold_in(key, purpose), start, group)

  images = tf.placeholder(tf.float32, (None, *vae.image_shape))
  posterior = vae.encode(images)
  code, _ = posterior.sample_and_log_prob(noise("posterior"))
  codes = tf.placeholder(tf.float32, (None, model_config.code_size))
  likelihood = vae.decode(codes)
  distortion = -vae.decode(code).log_prob(images)
  block = _power_of_two(images_at_once([distortion], at_most=pixels_group))
  estimation = None
  if has_density(model_config):
    estimation = build_estimation(vae, at_once=samples_at_once(distortion))
  return InferenceGraph(
    vae=vae,
    block=block,
    images=images,
    mean=posterior.mean,
    stddev=posterior.stddev,
    code=code,
    distortion=distortion,
    codes=codes,
    decoder_mean=likelihood.mean(),
    pixels=likelihood.sample(noise("pixels", pixels_group)),
    prior_codes=vae.prior.sample(BLOCK, noise("prior").seed),
    seed=seed,
    first=first,
    estimation=estimation,
  )


def _power_of_two(number):
  """Returns the largest power of two that is at most a number."""
  return 2 ** (int(number).bit_length() - 1)
