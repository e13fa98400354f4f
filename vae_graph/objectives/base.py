"""What every objective does first: check what it gets, before any op."""

import dataclasses
import functools
from typing import Callable

from vae_graph import errors, registry
from vae_graph.compat import tf
from vae_graph.config import ObjectiveConfig
from vae_graph.config.combinations import check_objective, whole_batch_part
from vae_graph.objectives.terms import ObjectiveTerms
from vae_graph.randomness import BatchSeed, check_seed


def objective(
  compute: Callable[..., ObjectiveTerms],
) -> Callable[..., ObjectiveTerms]:
  """A decorator that makes an objective, of the function's own name.

      @objective
      def my_objective(vae, images, seed, *, config=None, step=None):
        ...
        return make_terms(loss, rate=rate, distortion=distortion, ...)

  Args:
    compute: function of a `VAE`, images as a float32 tensor `[batch,
      *image_shape]`, the seed, an `ObjectiveConfig` of its name and the step.
      The registry knows it by the same name.

  Returns:
    The objective, whose ops are under the name scope `objective/NAME`. It
    raises a ConfigError where model or config do not go with it, and
    a TensorError where images or seed are of a wrong dtype or shape, and takes
    `check_values`, as `VAE.encode` does.
  """
  name = compute.__name__

  @functools.wraps(compute)
  def checked(vae, images, seed, *, config=None, step=None, check_values=False):
    config = config or ObjectiveConfig()
    # It may be registered under another name than its own.
    if registry.load(registry.OBJECTIVES, config.objective) is not checked:
      config = dataclasses.replace(config, objective=name)
    check_objective(vae.model_config, config)
    check_seed(seed, op=name)
    whole = whole_batch_part(config)
    if whole and isinstance(seed, BatchSeed):
      raise errors.TensorError(
        f"{name}: seed is a BatchSeed, of some rows of a batch, but {whole} is"
        " of a whole batch; pass the batch's seed and all its images"
      )
    # Not NAME itself: the caller may want it for a tensor, such as elbo.
    with tf.name_scope(f"objective/{name}"):
      images = vae.checked_images(images, op=name, check_values=check_values)
      return compute(vae, images, seed, config=config, step=step)

  del checked.__wrapped__  # help() then shows check_values, too.
  return checked
