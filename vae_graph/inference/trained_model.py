"""A trained model for use from Python: NumPy arrays in and out.

with TrainedModel("runs/hafner_mnist") as model:
  codes = model.encode(images).mean
  pictures = model.decode(codes)
"""

from typing import Any, Callable, Optional, Tuple, Union

import numpy as np

from vae_graph import errors
from vae_graph.config import ExperimentConfig, SessionConfig
from vae_graph.config.combinations import check_pixels
from vae_graph.data.fingerprint import fingerprint
from vae_graph.data.pixels import to_unit_interval
from vae_graph.inference import importance_sampling
from vae_graph.inference.inference_graph import (
  BLOCK,
  Encoded,
  Reconstructed,
  Sampled,
  build_inference_graph,
)
from vae_graph.inference.inputs import check_codes, check_images
from vae_graph.inference.interpolation import lerp, slerp
from vae_graph.inference.restored_run import restore_run
from vae_graph.paths import LocalPath
from vae_graph.runtime.processes import may_use_tensorflow, use_tensorflow


class TrainedModel:
  """The model of a run, with the weights of one of its checkpoints.

  It has a graph and a session of its own, and only reads the run directory,
  where a training may go on. Several threads may share it, but TensorFlow does
  not outlive a fork: each process makes a model of its own, started by `spawn`.
  Leave it by `with` or `close()`.

  Images are uint8 in [0, 255] or floats in [0, 1], one or more, and are taken
  as they are. A run with `--binarization` static or dynamic has learned black
  and white images, so feed it such: what `load_observed_dataset` returns for
  the run's `config.data`, or draws of your own. The noise of an image follows
  from the call's seed and the image's index alone.

  Args:
    logdir: the run directory.
    checkpoint: None for the latest, `best` for the best by test ELBO, a global
      step, or a path without `.index`. Where the run averages its weights
      (`ema_decay`), the averages are taken.
    session_config: a `SessionConfig`; by default TensorFlow decides.

  Attributes:
    config: the `ExperimentConfig` of the run.
    image_shape: `(height, width)` or `(height, width, channels)`.
    checkpoint: path of the checkpoint, without `.index`.
    step: its global step; None in a checkpoint of another program.

  Raises:
    ProcessError: this process was forked from one that had such a model, or
      trained; every method raises it, too.
    RunDirectoryError: there is no run, or it is damaged.
    CheckpointError: there is no such checkpoint, or it does not fit.
    DeviceError: `session_config` asks for a device that is not there.
  """

  def __init__(
    self,
    logdir: LocalPath,
    *,
    checkpoint: Union[None, int, LocalPath] = None,
    session_config: Optional[SessionConfig] = None,
  ) -> None:
    use_tensorflow("TrainedModel")
    restored = restore_run(
      logdir,
      build_inference_graph,
      checkpoint=checkpoint,
      session_config=session_config,
    )
    self.config: ExperimentConfig = restored.config
    self.image_shape: Tuple[int, ...] = restored.image_shape
    self.checkpoint: str = restored.checkpoint
    self.step: Optional[int] = restored.step
    self._inference_graph = restored.built
    self._session = restored.session
    self._session.graph.finalize()

  def __enter__(self) -> "TrainedModel":
    return self

  def __exit__(self, *exc_info: object) -> None:
    self.close()

  def __reduce__(self):
    raise errors.ProcessError(
      "a TrainedModel cannot be pickled, since it has a session of TensorFlow;"
      " pass the run directory, and make a TrainedModel there"
    )

  def close(self) -> None:
    """Closes the session; the model is of no use any more."""
    if may_use_tensorflow():
      self._session.close()

  def weights_fingerprint(self) -> str:
    """Returns hexadecimal digits that tell these weights from any others."""
    variables = self._inference_graph.vae.variables
    variables = sorted(variables, key=lambda variable: variable.name)
    return fingerprint(self._fetch(variables))

  def encode(self, images: np.ndarray, *, seed: int = 0) -> Encoded:
    """Returns the posterior q(z|x) of images, as `Encoded`.

    Args:
      images: uint8 or float `[n, *image_shape]`.
      seed: integer, of the samples.

    Raises:
      DataError: these are no images, or of another shape.
    """
    tensors = self._inference_graph
    fetches = [tensors.mean, tensors.code]
    if tensors.stddev is not None:
      fetches.append(tensors.stddev)
    images = self._check(images)
    mean, code, *stddev = self._run(fetches, tensors.images, images, seed)
    return Encoded(mean, stddev[0] if stddev else None, code)

  def decode(self, codes: np.ndarray) -> np.ndarray:
    """Returns the decoder means of codes.

    Args:
      codes: float `[n, code_size]`.

    Returns:
      float32 `[n, *image_shape]` in [0, 1].

    Raises:
      DataError: these are no codes, or of another size.
    """
    codes = check_codes(codes, self.config.model.code_size)
    tensors = self._inference_graph
    (means,) = self._run([tensors.decoder_mean], tensors.codes, codes)
    return means

  def reconstruct(
    self, images: np.ndarray, *, seed: int = 0, from_mean: bool = False
  ) -> Reconstructed:
    """Encodes images and decodes a code of each, to `Reconstructed`.

    Args:
      images: uint8 or float `[n, *image_shape]`.
      seed: integer, of the posterior's samples and those of p(x|z).
      from_mean: decode the posterior's mean rather than a sample of it.

    Raises:
      DataError: these are no images, or of another shape.
    """
    encoded = self.encode(images, seed=seed)
    codes = encoded.mean if from_mean else encoded.sample
    tensors = self._inference_graph
    fetches = [tensors.decoder_mean, tensors.pixels]
    return Reconstructed(*self._run(fetches, tensors.codes, codes, seed))

  def sample(self, n: int, *, seed: int = 0) -> Sampled:
    """Decodes samples of the prior, to `Sampled`.

    Args:
      n: how many; fewer are the first of more.
      seed: integer.

    Raises:
      ConfigError: `n` is below 1.
    """
    codes = self.sample_codes(n, seed=seed)
    return Sampled(self.decode(codes), codes)

  def sample_codes(self, n: int, *, seed: int = 0) -> np.ndarray:
    """Returns samples of the prior, float32 `[n, code_size]`; see `sample`."""
    if n < 1:
      raise errors.ConfigError(f"sample: n must be at least 1, found {n}")
    tensors = self._inference_graph
    codes = [
      self._fetch(
        tensors.prior_codes, {tensors.seed: seed, tensors.first: first}
      )
      for first in range(0, n, BLOCK)
    ]
    return np.concatenate(codes)[:n]

  def interpolate(
    self,
    image_a: np.ndarray,
    image_b: np.ndarray,
    *,
    steps: int,
    spherical: bool = False,
  ) -> np.ndarray:
    """Decodes an interpolation from one image's code to another's.

    Args:
      image_a: uint8 or float `[*image_shape]`, where it begins.
      image_b: likewise, where it ends.
      steps: number of images, both ends among them; at least 2.
      spherical: take the arc around the origin rather than the straight line,
        so that codes between are no nearer to the origin than the prior's are.

    Returns:
      Decoder means, float32 `[steps, *image_shape]` in [0, 1].

    Raises:
      ConfigError: `steps` is below 2.
      DataError: these are no images, or of another shape.
    """
    if steps < 2:
      raise errors.ConfigError(
        f"interpolate: steps must be at least 2, found {steps}"
      )
    start, end = (
      self.encode(np.asarray(image)[np.newaxis]).mean[0]
      for image in (image_a, image_b)
    )
    interpolation = slerp if spherical else lerp
    return self.decode(interpolation(start, end, steps=steps))

  def distortion(self, images: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Returns -log p(x|z) of images at the sample that `encode` draws.

    Defined for posterior deterministic too, which `score` is not.

    Args:
      images: uint8 or float `[n, *image_shape]`.
      seed: integer.

    Returns:
      float32 `[n]`, nats.

    Raises:
      DataError: these are no images, or of another shape.
    """
    images = self._check(images)
    tensors = self._inference_graph
    (values,) = self._run([tensors.distortion], tensors.images, images, seed)
    return values

  def score(
    self,
    images: np.ndarray,
    *,
    importance_samples: int = 100,
    seed: int = 0,
    first_index: int = 0,
    progress: Optional[Callable[[int], Any]] = None,
  ) -> importance_sampling.Estimates:
    """Estimates ELBO, rate, distortion and log p(x) of each image.

    Args:
      images: uint8 or float `[n, *image_shape]`.
      importance_samples: samples of each image; thousands for a figure to
        publish.
      seed: integer.
      first_index: index of the first image, where these are a part of more.
      progress: function of a number of images, called when so many more are
        done, such as `tqdm.tqdm(total=n).update`.

    Returns:
      `importance_sampling.Estimates`: nats, float64 `[n]`.

    Raises:
      ConfigError: the posterior has no density, the likelihood is none of such
        pixels, or `importance_samples` is below 1.
      DataError: these are no images, or of another shape.
    """
    importance_sampling.check_density(self.config.model)
    images = self._check(images)
    check_pixels(self.config.model, images.dtype)
    use_tensorflow("TrainedModel")
    return importance_sampling.estimate(
      self._session,
      self._inference_graph.estimation,
      images=images,
      num_samples=importance_samples,
      seed=seed,
      first_index=first_index,
      progress=progress,
    )

  def _check(self, images):
    white_level = self.config.data.white_level
    return check_images(images, self.image_shape, white_level=white_level)

  def _run(self, fetches, placeholder, values, seed=0):
    """Returns the fetches for all values, a block at a time."""
    tensors, results = self._inference_graph, None
    # Once even for no values, for the shapes of the results.
    for first in range(0, max(1, len(values)), tensors.block):
      rows = slice(first, first + tensors.block)
      feed = {
        placeholder: to_unit_interval(values[rows]),
        tensors.seed: seed,
        tensors.first: first,
      }
      parts = self._fetch(fetches, feed)
      if results is None:
        results = [
          np.empty((len(values), *part.shape[1:]), part.dtype) for part in parts
        ]
      for result, part in zip(results, parts):
        result[rows] = part
    return results

  def _fetch(self, fetches, feed=None):
    use_tensorflow("TrainedModel")
    return self._session.run(fetches, feed)
