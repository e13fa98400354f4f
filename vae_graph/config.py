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
    " flexible by an inverse autoregressive flow.",
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
    " well all codes together follow the prior.",
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
    "In objective infovae, 1 minus the weight of the rate; 1 makes an MMD-VAE.",
    at_most=1,
  )
  infovae_lambda: float = field(
    1.0,
    "In objective infovae, the weight of the codes' discrepancy (MMD) is"
    " infovae_alpha + infovae_lambda - 1.",
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


@dataclasses.dataclass(frozen=True)
class TrainingConfig(Config):
  """How a model is trained, and what is recorded on the way."""

  seed: int = field(
    0,
    "Seed of all randomness: initial weights, batch order, noise.",
    at_least=0,
    at_most=2**31 - 1,
  )
  batch_size: int = field(
    100,
    "Images in a training step. An epoch's last partial batch is dropped; each"
    " epoch has its own order, so no image is dropped for good.",
    at_least=1,
  )
  epochs: int = field(
    20, "Passes over the training images.", at_least=0, may_change=True
  )
  train_steps: int = field(
    0,
    "Train until this global step (batches of training) instead of for"
    " --epochs; 0: --epochs decides.",
    at_least=0,
    may_change=True,
  )
  init_checkpoint: str = field(
    "",
    "Checkpoint, or folder of a run, from which a new run takes the model's"
    " weights, by name; one of another program will do.",
  )
  optimizer: str = field(
    "adam", "Gradient descent rule.", choices=registry.OPTIMIZERS
  )
  momentum: float = field(
    0.0, "Momentum of optimizers rmsprop and sgd.", at_least=0, at_most=1
  )
  learning_rate: float = field(1e-3, "Step size of the optimizer.", above=0)
  learning_rate_schedule: str = field(
    "constant",
    "How the learning rate changes. piecewise: times --decay_rate at each of"
    " --decay_boundaries. exponential: times --decay_rate each --decay_steps,"
    " smoothly. cosine: to 0 at --decay_steps.",
    choices=("constant", "piecewise", "exponential", "cosine"),
  )
  warmup_steps: int = field(
    0, "Steps over which the learning rate grows from 0.", at_least=0
  )
  decay_steps: int = field(
    10000, "Steps of the exponential or cosine schedule.", at_least=1
  )
  decay_rate: float = field(
    0.1, "Factor of the piecewise or exponential schedule.", above=0, at_most=1
  )
  decay_boundaries: Tuple[int, ...] = field(
    (), "Global steps of the piecewise schedule, comma-separated.", at_least=1
  )
  clip_gradient_norm: float = field(
    0.0,
    "Largest norm of all gradients together, beyond which they are scaled"
    " down; 0: no limit.",
    at_least=0,
  )
  input_mode: str = field(
    "auto",
    "feed: NumPy batches through the placeholder `data`, one step a"
    " session.run. resident: the images are a variable on the device and"
    " batches are gathered in the graph. auto: resident where the images take"
    " at most 1 GiB, else feed.",
    choices=("auto", "feed", "resident"),
    may_change=True,
  )
  steps_per_run: int = field(
    0,
    "Training steps inside one session.run, in the resident mode; 0: as many"
    " as take about half a second.",
    at_least=0,
    may_change=True,
  )
  eval_every_epochs: int = field(
    1,
    "Epochs between evaluations on the whole test set; 0: only at the end.",
    at_least=0,
    may_change=True,
  )
  eval_batch_size: int = field(
    1000, "Images in an evaluation batch.", at_least=1
  )
  plot_every_epochs: int = field(
    0,
    "Epochs between pictures in plots/; 0: only at the end.",
    at_least=0,
    may_change=True,
  )
  checkpoint_every_steps: int = field(
    0,
    "Steps between checkpoints, besides those at evaluations and at the end;"
    " 0: none.",
    at_least=0,
    may_change=True,
  )
  checkpoint_every_seconds: float = field(
    600,
    "Seconds between checkpoints, likewise; 0: none.",
    at_least=0,
    may_change=True,
  )
  keep_checkpoints: int = field(
    5,
    "How many of the last checkpoints to keep; the best by test ELBO is kept"
    " in best/ besides.",
    at_least=1,
    may_change=True,
  )
  summary_every_steps: int = field(
    100,
    "Steps between TensorBoard scalars of the training loss.",
    at_least=1,
    may_change=True,
  )


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
