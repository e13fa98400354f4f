"""What a part can do: its facts, told without importing or building it.

A registry (registry.py) holds one of these for each name that a configuration
may choose. Whatever has to know what a part can do asks the facts that stand
here (config/combinations.py does, and flags' help), so a part that another
program registers is as good as one of ours:

    class Cauchy(priors.Prior):
      ...

    registry.PRIORS["cauchy"] = parts.Prior(
      Cauchy, "independent Cauchy distributions, with heavy tails", reads=()
    )

This module needs no TensorFlow.
"""

import collections
import dataclasses
import importlib
from typing import Any, Callable, NamedTuple, Optional, Tuple

from vae_graph import errors


@dataclasses.dataclass(frozen=True)
class Part:
  """A part, and what help says of it.

  Args:
    target: the object itself, or `"module:attribute"` (or `"module"`), which is
      imported only when it is used.
    description: a few words for the flag's help, without a full stop.
    reads: names of the settings in its configuration that it reads. Those of
      parts that not one of the chosen parts reads are refused, since they would
      not act. None: unknown, taken for all that its family reads.
  """

  target: Any
  description: str = ""
  reads: Optional[Tuple[str, ...]] = None

  def load(self):
    """Returns the class, function or module."""
    if not isinstance(self.target, str):
      return self.target
    module_name, _, attribute = self.target.partition(":")
    module = importlib.import_module(module_name)
    return getattr(module, attribute) if attribute else module


class Network(Part):
  """Encoder and decoder; see networks/__init__.py."""


@dataclasses.dataclass(frozen=True)
class Posterior(Part):
  """An approximate posterior q(z|x); see posteriors/__init__.py.

  Args:
    has_density: whether there is a density, so a rate and an ELBO.
    has_log_prob: whether the density is known at any code, and not at those
      alone that were drawn from it.
    has_analytic_kl: function of a `Prior`, its facts: whether there is a KL
      divergence to it in closed form.
    has_kl_per_dimension: whether that is a sum over the code's dimensions, each
      of whose parts is known.
  """

  has_density: bool = True
  has_log_prob: bool = False
  has_analytic_kl: Callable[[Any], bool] = lambda prior: False
  has_kl_per_dimension: bool = False


@dataclasses.dataclass(frozen=True)
class Prior(Part):
  """A prior p(z); see priors/__init__.py.

  Args:
    is_standard_normal: whether it is N(0, 1) in each dimension, for figures and
      pictures that know it to be. Any other is known by its samples.
    has_normal_marginals: whether its dimensions are independent Gaussians,
      which `marginals` tells.
    needs_log_prob: whether it asks for the posterior's density at any code.
    learns_from_samples: whether a gradient through samples reaches all of its
      variables.
  """

  is_standard_normal: bool = False
  has_normal_marginals: bool = False
  needs_log_prob: bool = False
  learns_from_samples: bool = True


@dataclasses.dataclass(frozen=True)
class Likelihood(Part):
  """A likelihood p(x|z); see likelihoods/__init__.py.

  Args:
    pixels: what it gives a probability to. `binary`: black and white pixels;
      of gray ones it makes the usual cross-entropy. `density`: gray pixels, a
      density on [0, 1]. `bytes`: the 256 values of a byte.
    learns_scale: function of a `ModelConfig`: whether it has parameters that do
      not change its mean.
  """

  pixels: str = "binary"
  learns_scale: Callable[[Any], bool] = lambda model_config: False


class Weight(NamedTuple):
  """The weight of a term of an objective.

  formula: how it follows from the settings, for errors; empty if it does not.
  of: function of an `ObjectiveConfig`.
  """

  formula: str
  of: Callable[[Any], float]


@dataclasses.dataclass(frozen=True)
class Objective(Part):
  """A training objective; see objectives/__init__.py.

  Args:
    rate: the `Weight` of the rate. Where it is 0, the posterior needs no
      density, and the prior is known by its samples alone.
    mmd: the `Weight` of the discrepancy of a batch's codes to the prior; None
      where there is none.
    takes_analytic_kl: whether the KL divergence is taken in closed form.
    free_bits_of: what `free_bits` are of, `dimension` or `code`; None where
      there are none.
    is_of_whole_batch: whether it is no mean over images for yet another reason,
      so that a batch cannot be divided. None: unknown, so it is not divided.
    fits_mean_alone: whether it looks at the mean of p(x|z) only.
  """

  rate: Weight = Weight("", lambda objective_config: 1.0)
  mmd: Optional[Weight] = None
  takes_analytic_kl: bool = False
  free_bits_of: Optional[str] = None
  is_of_whole_batch: Optional[bool] = None
  fits_mean_alone: bool = False


class Optimizer(Part):
  """A gradient descent rule; see training/optimizers.py."""


class Schedule(Part):
  """How the learning rate changes; see training/schedules.py."""


@dataclasses.dataclass(frozen=True)
class Dataset(Part):
  """A function from a `DataConfig` to a `Dataset`; see data/dataset.py.

  Args:
    takes_all_files: whether any file in `data_dir` may be taken for data, so
      that nothing else may be written there.
    knows_axes: whether its images are `[n, height, width]` or with channels for
      sure; of others, a shape that looks like another order is refused.
  """

  takes_all_files: bool = False
  knows_axes: bool = False


class Layout(Part):
  """How a checkpoint names its weights; see importing/__init__.py."""


class Registry(collections.UserDict):
  """The parts of a family, by the name that a configuration gives them.

  An object that is no `Part` is registered as one without facts of its own.

  Args:
    kind: the class of its parts.
    parts: dict of them.
  """

  def __init__(self, kind, parts):
    self.kind = kind
    super().__init__(parts)

  def __setitem__(self, name, part):
    if (
      part is None or not isinstance(part, self.kind) and isinstance(part, Part)
    ):
      raise errors.ConfigError(
        f"{name} must be a parts.{self.kind.__name__} or what it is made of,"
        f" found {part!r}"
      )
    if not isinstance(part, Part):
      text = "" if isinstance(part, str) else (part.__doc__ or "").strip()
      part = self.kind(part, text.split("\n")[0].rstrip("."))
    super().__setitem__(name, part)

  def reads(self, name):
    """Returns the set of settings that a part reads, or may read."""
    if self[name].reads is not None:
      return set(self[name].reads)
    return set().union(*(part.reads or () for part in self.values()))

  def names(self, has):
    """Returns the names of the parts for which `has(part)` is true."""
    return [name for name, part in self.items() if has(part)]
