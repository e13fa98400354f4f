"""The configuration of an evaluation: what is measured, and how finely."""

import dataclasses

from vae_graph.config.fields import Config, field


@dataclasses.dataclass(frozen=True)
class EvaluationConfig(Config):
  """What is measured of a trained model, and how finely."""

  split: str = field(
    "test", "Images to evaluate.", choices=("test", "train"), may_change=True
  )
  max_images: int = field(
    0,
    "Evaluate the first so many images of the split; 0: all.",
    at_least=0,
    may_change=True,
  )
  importance_samples: int = field(
    100,
    "Samples of each image's code in the estimate of log p(x), which grows"
    " toward it with their number; 5,000 for a figure to publish. The ELBO,"
    " rate and distortion are means over the same samples.",
    at_least=1,
    may_change=True,
  )
  mmd_kernel: str = field(
    "rbf",
    "Kernel of the codes' discrepancy to the prior (MMD).",
    choices=("rbf", "imq"),
    may_change=True,
  )
  neighbors: int = field(
    5,
    "Training codes that vote on an image's class.",
    at_least=1,
    may_change=True,
  )
  evaluation_seed: int = field(
    0,
    "Seed of all that an evaluation draws.",
    at_least=0,
    at_most=2**31 - 1,
    may_change=True,
  )
