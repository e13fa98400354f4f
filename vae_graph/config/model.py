"""The configuration of a model: its networks and distributions."""

import dataclasses
from typing import Tuple

from vae_graph import registry
from vae_graph.config import combinations
from vae_graph.config.fields import Config, field


@dataclasses.dataclass(frozen=True)
class ModelConfig(Config):
  """The model: networks and distributions."""

  network: str = field(
    "dense",
    "Encoder and decoder; those with convolutions have their published layers.",
    choices=registry.NETWORKS,
  )
  hidden_units: Tuple[int, ...] = field(
    (200, 200),
    "Units of the encoder's hidden layers in a dense network,"
    " comma-separated; the decoder mirrors them.",
    at_least=1,
    of_parts=True,
  )
  activation: str = field(
    "auto",
    "Activation of the networks' hidden layers; auto: the one with which the"
    " network was published.",
    choices=(
      "auto",
      "relu",
      "leaky_relu",
      "elu",
      "tanh",
      "sigmoid",
      "softplus",
    ),
    of_parts=True,
  )
  code_size: int = field(2, "Dimensions of the latent code.", at_least=1)
  posterior: str = field(
    "diagonal",
    "Approximate posterior q(z|x).",
    choices=registry.POSTERIORS,
  )
  posterior_scale: str = field(
    "softplus",
    "What turns the network's output into the posterior's positive scale.",
    choices=("softplus", "exp"),
    of_parts=True,
  )
  iaf_steps: int = field(
    3, "Steps of the inverse autoregressive flow.", at_least=1, of_parts=True
  )
  iaf_hidden_units: int = field(
    100, "Hidden units in each step's network.", at_least=1, of_parts=True
  )
  prior: str = field(
    "standard_normal",
    "Prior p(z) of the code.",
    choices=registry.PRIORS,
  )
  prior_components: int = field(
    100, "Components of the prior.", at_least=1, of_parts=True
  )
  likelihood: str = field(
    "bernoulli",
    "Distribution p(x|z) of pixels.",
    choices=registry.LIKELIHOODS,
  )
  likelihood_stddev: float = field(
    0.0,
    "Standard deviation of the likelihood, pixels being in [0, 1]; 0: it"
    " is learned for each pixel.",
    at_least=0,
    of_parts=True,
  )

  def __post_init__(self):
    super().__post_init__()
    combinations.check_model(self)
