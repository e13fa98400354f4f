"""The configuration of an objective: what training minimizes."""

import dataclasses

from vae_graph import registry
from vae_graph.config.fields import Config, field


@dataclasses.dataclass(frozen=True)
class ObjectiveConfig(Config):
  """What training minimizes."""

  objective: str = field(
    "elbo",
    "Training objective.",
    choices=registry.OBJECTIVES,
  )
  beta: float = field(
    1.0,
    "Weight of the rate (the KL divergence) in the loss; 1 is the evidence"
    " lower bound, another weight makes a beta-VAE.",
    at_least=0,
    of_parts=True,
  )
  beta_warmup_steps: int = field(
    0,
    "Training steps over which beta grows from 0 to its value.",
    at_least=0,
    of_parts=True,
  )
  free_bits: float = field(
    0.0,
    "Nats of rate that are not penalized: of each dimension of the code in"
    " objective elbo, of the whole code in elbo_mc.",
    at_least=0,
    of_parts=True,
  )
  importance_samples: int = field(
    5,
    "Samples of an image's code.",
    at_least=1,
    of_parts=True,
  )
  infovae_alpha: float = field(
    0.0,
    "1 minus the weight of the rate; 1 drops it.",
    at_most=1,
    of_parts=True,
  )
  infovae_lambda: float = field(
    1.0,
    "Weight of the MMD: in objective mmd_vae itself, in infovae infovae_alpha +"
    " infovae_lambda - 1.",
    of_parts=True,
  )
  mmd_kernel: str = field(
    "rbf",
    "Kernel of the MMD. rbf: Gaussian. imq: inverse multiquadric, with heavier"
    " tails.",
    choices=("rbf", "imq"),
    of_parts=True,
  )
