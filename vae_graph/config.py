"""Frozen, validated configurations: the one owner of every default and bound.

    model = ModelConfig(hidden_units=(200, 200), code_size=2)
    config = ExperimentConfig(model=model, training=TrainingConfig(epochs=20))

`define_flags` makes absl flags of them; `config.json` in a run directory is
`ExperimentConfig.to_dict()`. This module needs no TensorFlow.
"""

import dataclasses
from typing import Tuple

from vae_graph import combinations, errors, registry
from vae_graph.fields import Config, field
from vae_graph.session_config import SessionConfig
from vae_graph.training_config import TrainingConfig


@dataclasses.dataclass(frozen=True)
class ModelConfig(Config):
  """The model: networks and distributions."""

  network: str = field(
    "dense",
    "Encoder and decoder. dense: fully connected, of --hidden_units. The others"
    " are convolutional, of their published layers: rstudio_conv of two and"
    " three, tfp_layers_conv of five and seven, tanh_conv a small one.",
    choices=registry.NETWORKS,
  )
  hidden_units: Tuple[int, ...] = field(
    (200, 200),
    "Units of the encoder's hidden layers in the dense network,"
    " comma-separated; the decoder mirrors them.",
    at_least=1,
  )
  activation: str = field(
    "auto",
    "Activation of the networks' hidden layers; auto: as published, which is"
    " relu for dense and rstudio_conv, leaky_relu for tfp_layers_conv, tanh for"
    " tanh_conv.",
    choices=(
      "auto",
      "relu",
      "leaky_relu",
      "elu",
      "tanh",
      "sigmoid",
      "softplus",
    ),
  )
  code_size: int = field(2, "Dimensions of the latent code.", at_least=1)
  posterior: str = field(
    "diagonal",
    "Approximate posterior q(z|x). diagonal: a Gaussian with independent"
    " dimensions. full_covariance: a Gaussian. iaf: a diagonal Gaussian made"
    " flexible by an inverse autoregressive flow. deterministic: the code"
    " itself, for objectives without a rate.",
    choices=registry.POSTERIORS,
  )
  posterior_scale: str = field(
    "softplus",
    "What turns the network's output into the posterior's positive scale.",
    choices=("softplus", "exp"),
  )
  iaf_steps: int = field(
    3, "Steps of the inverse autoregressive flow.", at_least=1
  )
  iaf_hidden_units: int = field(
    100, "Hidden units in each step's network.", at_least=1
  )
  prior: str = field(
    "standard_normal",
    "Prior p(z) of the code. mixture: Gaussians that are learned. vamp: a"
    " mixture of the posteriors at images that are learned.",
    choices=registry.PRIORS,
  )
  prior_components: int = field(
    100, "Components of prior mixture or vamp.", at_least=1
  )
  likelihood: str = field(
    "bernoulli",
    "Distribution p(x|z) of pixels. bernoulli: of black and white ones."
    " continuous_bernoulli, gaussian: densities of grey ones."
    " discretized_logistic: probabilities of the 256 values of a byte.",
    choices=registry.LIKELIHOODS,
  )
  likelihood_stddev: float = field(
    0.0,
    "Standard deviation of likelihood gaussian, pixels being in [0, 1]; 0: it"
    " is learned for each pixel.",
    at_least=0,
  )

  def __post_init__(self):
    super().__post_init__()
    combinations.check_model(self)


@dataclasses.dataclass(frozen=True)
class ObjectiveConfig(Config):
  """What training minimises."""

  objective: str = field(
    "elbo",
    "Training objective. elbo: the evidence lower bound with analytic KL"
    " divergence. elbo_mc: the same by Monte Carlo. iwae: the"
    " importance-weighted bound. infovae: with a weight of its own for how"
    " well all codes together follow the prior, their discrepancy (MMD)."
    " mmd_vae: the squared error per pixel and the MMD.",
    choices=registry.OBJECTIVES,
  )
  beta: float = field(
    1.0,
    "Weight of the rate (the KL divergence) in the loss; 1 is the evidence"
    " lower bound, another weight makes a beta-VAE.",
    at_least=0,
  )
  beta_warmup_steps: int = field(
    0, "Training steps over which beta grows from 0 to its value.", at_least=0
  )
  free_bits: float = field(
    0.0,
    "Nats of rate that are not penalised: of each dimension of the code in"
    " objective elbo, of the whole code in elbo_mc.",
    at_least=0,
  )
  importance_samples: int = field(
    5, "Samples of an image's code in objective iwae.", at_least=1
  )
  infovae_alpha: float = field(
    0.0,
    "In objective infovae, 1 minus the weight of the rate; 1 drops it.",
    at_most=1,
  )
  infovae_lambda: float = field(
    1.0,
    "Weight of the MMD: in objective mmd_vae itself, in infovae infovae_alpha +"
    " infovae_lambda - 1.",
  )
  mmd_kernel: str = field(
    "rbf",
    "Kernel of the MMD. rbf: Gaussian. imq: inverse multiquadric, with heavier"
    " tails.",
    choices=("rbf", "imq"),
  )


@dataclasses.dataclass(frozen=True)
class DataConfig(Config):
  """Which images, and how they are presented."""

  dataset: str = field(
    "mnist_10k",
    "Data set. mnist_10k: 10,000 digits that come with the package. mnist and"
    " fashion_mnist: IDX files from --data_dir, the cache or the network."
    " cifar10: its binary version, from there likewise. npz: the file"
    " --data_dir. images: the PNG and JPEG files in --data_dir, its subfolders"
    " being class labels.",
    choices=registry.DATASETS,
  )
  data_dir: str = field(
    "", "Folder (for npz: file) that holds the data set.", may_change=True
  )
  cache_dir: str = field(
    "",
    "Folder that keeps downloaded data sets; by default vae_graph in the"
    " user's cache folder.",
    may_change=True,
  )
  test_fraction: float = field(
    0.1,
    "Share of the images held out as the test set where a data set (npz,"
    " images) comes without one.",
    above=0,
    at_most=0.9,
  )
  binarization: str = field(
    "none",
    "none: grey pixels, as they are. static: each pixel drawn once, 1 with"
    " probability grey, from a fixed seed. dynamic: drawn anew each time an"
    " image is seen.",
    choices=("none", "static", "dynamic"),
  )

  @property
  def pixels(self):
    """What a model sees, such as `grey`: never compare figures of others."""
    if self.binarization == "none":
      return "grey"
    return f"{self.binarization}ally binarized"


@dataclasses.dataclass(frozen=True)
class ExperimentConfig:
  """All that defines a run; `config.json` holds exactly this."""

  model: ModelConfig = ModelConfig()
  objective: ObjectiveConfig = ObjectiveConfig()
  data: DataConfig = DataConfig()
  training: TrainingConfig = TrainingConfig()
  session: SessionConfig = SessionConfig()

  def __post_init__(self):
    combinations.check_objective(self.model, self.objective)
    combinations.check_data(self.model, self.data)

  def to_dict(self):
    """Returns the settings as nested dicts of JSON types."""
    return {
      part.name: getattr(self, part.name).to_dict()
      for part in dataclasses.fields(self)
    }

  @classmethod
  def from_dict(cls, values):
    """Returns the configuration that `to_dict` turned into `values`."""
    parts = {part.name: part.type for part in dataclasses.fields(cls)}
    unknown = sorted(set(values) - set(parts))
    if unknown:
      raise errors.ConfigError(
        "unknown part {}; known: {}".format(
          ", ".join(unknown), ", ".join(parts)
        )
      )
    return cls(
      **{name: parts[name].from_dict(part) for name, part in values.items()}
    )
