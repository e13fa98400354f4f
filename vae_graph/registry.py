"""Every choice that a configuration can name, where it is and what it can do.

To add a network, posterior, prior, likelihood, objective, optimizer, schedule
or data set: write one small file and add one entry here, or in a program of
your own, before its flags are parsed,

    vae_graph.registry.PRIORS["my_prior"] = vae_graph.parts.Prior(
      MyPrior, "what it is", learns_from_samples=False
    )

Parts are imported only when they are used, so that `--help` and the errors of a
configuration need no TensorFlow; for that reason their facts stand here rather
than in their modules. parts.py says what each fact means.
"""

from vae_graph import parts
from vae_graph.parts import Registry, Weight

# Modules with encoder(images, model_config) and decoder(code, model_config,
# image_shape, channels_out).
NETWORKS = Registry(
  parts.Network,
  {
    "dense": parts.Network(
      "vae_graph.networks.dense",
      "fully connected, of --hidden_units",
      reads=("hidden_units", "activation"),
    ),
    "rstudio_conv": parts.Network(
      "vae_graph.networks.rstudio_conv",
      "two convolutions, and three transposed ones",
      reads=("activation",),
    ),
    "tanh_conv": parts.Network(
      "vae_graph.networks.tanh_conv",
      "two small convolutions and a dense layer, mirrored",
      reads=("activation",),
    ),
    "tfp_layers_conv": parts.Network(
      "vae_graph.networks.tfp_layers_conv",
      "five convolutions, and seven",
      reads=("activation",),
    ),
  },
)

# Classes (features, model_config) -> posterior.
POSTERIORS = Registry(
  parts.Posterior,
  {
    "diagonal": parts.Posterior(
      "vae_graph.posteriors.diagonal:DiagonalNormal",
      "a Gaussian with independent dimensions",
      reads=("posterior_scale",),
      has_log_prob=True,
      has_analytic_kl=lambda prior: prior.has_normal_marginals,
      has_kl_per_dimension=True,
    ),
    "full_covariance": parts.Posterior(
      "vae_graph.posteriors.full_covariance:FullCovarianceNormal",
      "a Gaussian",
      reads=("posterior_scale",),
      has_log_prob=True,
      has_analytic_kl=lambda prior: prior.is_standard_normal,
    ),
    "iaf": parts.Posterior(
      "vae_graph.posteriors.iaf:InverseAutoregressiveFlow",
      "a diagonal Gaussian made flexible by an inverse autoregressive flow",
      reads=("posterior_scale", "iaf_steps", "iaf_hidden_units"),
    ),
    "deterministic": parts.Posterior(
      "vae_graph.posteriors.deterministic:Deterministic",
      "the code itself, for objectives without a rate",
      reads=(),
      has_density=False,
    ),
  },
)

# Classes (model_config, vae) -> prior.
PRIORS = Registry(
  parts.Prior,
  {
    "standard_normal": parts.Prior(
      "vae_graph.priors.standard_normal:StandardNormal",
      "independent standard Gaussians",
      reads=(),
      is_standard_normal=True,
      has_normal_marginals=True,
    ),
    "mixture": parts.Prior(
      "vae_graph.priors.mixture:MixtureOfNormals",
      "Gaussians that are learned",
      reads=("prior_components",),
      # Not its weights: samples say nothing of how often they are drawn.
      learns_from_samples=False,
    ),
    "vamp": parts.Prior(
      "vae_graph.priors.vamp:VampPrior",
      "a mixture of the posteriors at images that are learned",
      reads=("prior_components",),
      needs_log_prob=True,
    ),
  },
)

# Classes (parameters, image_shape, model_config) -> likelihood.
LIKELIHOODS = Registry(
  parts.Likelihood,
  {
    "bernoulli": parts.Likelihood(
      "vae_graph.likelihoods.bernoulli:Bernoulli",
      "of black and white pixels",
      reads=(),
    ),
    "continuous_bernoulli": parts.Likelihood(
      "vae_graph.likelihoods.continuous_bernoulli:ContinuousBernoulli",
      "a density of gray ones with Bernoulli's formula",
      reads=(),
      pixels="density",
    ),
    "gaussian": parts.Likelihood(
      "vae_graph.likelihoods.gaussian:Gaussian",
      "a density of gray ones",
      reads=("likelihood_stddev",),
      pixels="density",
      learns_scale=lambda model_config: not model_config.likelihood_stddev,
    ),
    "discretized_logistic": parts.Likelihood(
      "vae_graph.likelihoods.discretized_logistic:DiscretizedLogistic",
      "probabilities of the 256 values of a byte",
      reads=(),
      pixels="bytes",
      learns_scale=lambda model_config: True,
    ),
  },
)

# Functions (vae, images, seed, *, config, step) -> ObjectiveTerms.
OBJECTIVES = Registry(
  parts.Objective,
  {
    "elbo": parts.Objective(
      "vae_graph.objectives.elbo:elbo",
      "the evidence lower bound with analytic KL divergence",
      reads=("beta", "beta_warmup_steps", "free_bits"),
      takes_analytic_kl=True,
      free_bits_of="dimension",
      is_of_whole_batch=False,
    ),
    "elbo_mc": parts.Objective(
      "vae_graph.objectives.elbo:elbo_mc",
      "the same by Monte Carlo",
      reads=("beta", "beta_warmup_steps", "free_bits"),
      free_bits_of="code",
      is_of_whole_batch=False,
    ),
    "iwae": parts.Objective(
      "vae_graph.objectives.iwae:iwae",
      "the importance-weighted bound",
      reads=("importance_samples",),
      is_of_whole_batch=False,
    ),
    "infovae": parts.Objective(
      "vae_graph.objectives.infovae:infovae",
      "with a weight of its own for how well all codes together follow the"
      " prior, their discrepancy (MMD)",
      reads=("infovae_alpha", "infovae_lambda", "mmd_kernel"),
      rate=Weight("1 - infovae_alpha", lambda c: 1.0 - c.infovae_alpha),
      mmd=Weight(
        "infovae_alpha + infovae_lambda - 1",
        lambda c: c.infovae_alpha + c.infovae_lambda - 1.0,
      ),
    ),
    "mmd_vae": parts.Objective(
      "vae_graph.objectives.mmd_vae:mmd_vae",
      "the squared error per pixel and the MMD",
      reads=("infovae_lambda", "mmd_kernel"),
      rate=Weight("", lambda c: 0.0),
      mmd=Weight("infovae_lambda", lambda c: c.infovae_lambda),
      fits_mean_alone=True,
    ),
  },
)

# Functions (learning_rate, training_config) -> tf.train.Optimizer.
OPTIMIZERS = Registry(
  parts.Optimizer,
  {
    "adam": parts.Optimizer(
      "vae_graph.training.optimizers:adam", "Adam", reads=()
    ),
    "rmsprop": parts.Optimizer(
      "vae_graph.training.optimizers:rmsprop", "RMSProp", reads=("momentum",)
    ),
    "sgd": parts.Optimizer(
      "vae_graph.training.optimizers:sgd",
      "plain, or with --momentum",
      reads=("momentum",),
    ),
  },
)

# Functions (step, training_config) -> factor of the learning rate.
SCHEDULES = Registry(
  parts.Schedule,
  {
    "constant": parts.Schedule(
      "vae_graph.training.schedules:constant", "as it is", reads=()
    ),
    "piecewise": parts.Schedule(
      "vae_graph.training.schedules:piecewise",
      "times --decay_rate at each of --decay_boundaries",
      reads=("decay_rate", "decay_boundaries"),
    ),
    "exponential": parts.Schedule(
      "vae_graph.training.schedules:exponential",
      "times --decay_rate each --decay_steps, smoothly",
      reads=("decay_rate", "decay_steps"),
    ),
    "cosine": parts.Schedule(
      "vae_graph.training.schedules:cosine",
      "to 0 at --decay_steps",
      reads=("decay_steps",),
    ),
  },
)

# Functions DataConfig -> Dataset.
DATASETS = Registry(
  parts.Dataset,
  {
    "mnist_10k": parts.Dataset(
      "vae_graph.data.mnist:load_mnist_10k",
      "10,000 digits that come with the package",
      reads=(),
      knows_axes=True,
    ),
    "mnist": parts.Dataset(
      "vae_graph.data.mnist:load_mnist",
      "MNIST's IDX files, from --data_dir, the cache or the network",
      reads=("data_dir", "cache_dir", "transpose_images"),
      knows_axes=True,
    ),
    "fashion_mnist": parts.Dataset(
      "vae_graph.data.mnist:load_fashion_mnist",
      "Fashion-MNIST's, from there likewise",
      reads=("data_dir", "cache_dir", "transpose_images"),
      knows_axes=True,
    ),
    "cifar10": parts.Dataset(
      "vae_graph.data.cifar10:load_cifar10",
      "CIFAR-10's binary version, from there likewise",
      reads=("data_dir", "cache_dir"),
      knows_axes=True,
    ),
    "npz": parts.Dataset(
      "vae_graph.data.npz:load_npz",
      "the file --data_dir",
      reads=(
        "data_dir",
        "test_fraction",
        "npz_keys",
        "data_format",
        "transpose_images",
        "white_level",
      ),
      knows_axes=True,  # It brings them into order itself.
    ),
    "images": parts.Dataset(
      "vae_graph.data.image_folder:load_image_folder",
      "the image files in --data_dir, its subfolders being classes",
      reads=(
        "data_dir",
        "test_fraction",
        "resize",
        "background",
        "white_level",
      ),
      takes_all_files=True,
      knows_axes=True,
    ),
  },
)

# Functions (found, wanted) -> {the model's name: the checkpoint's}, of weights;
# `auto` tries all others in their order.
LAYOUTS = Registry(
  parts.Layout,
  {
    "auto": parts.Layout(
      "vae_graph.importing.layouts:match", "the first that fits", reads=()
    ),
    "by_name": parts.Layout(
      "vae_graph.importing.by_name:match",
      "names as here, which are those of Hafner's script",
      reads=(),
    ),
    "tf_layers": parts.Layout(
      "vae_graph.importing.tf_layers:match",
      "numbered as by tf.layers and Keras, such as dense_1",
      reads=(),
    ),
    "slim": parts.Layout(
      "vae_graph.importing.slim:match",
      "as by tf.contrib.layers, such as fully_connected_1",
      reads=(),
    ),
    "keras_objects": parts.Layout(
      "vae_graph.importing.keras_objects:match",
      "object-based checkpoints of Keras in TensorFlow 2",
      reads=(),
    ),
  },
)


def load(family, name):
  """Returns the implementation that `name` stands for.

  Args:
    family: one of the registries above.
    name: one of its keys; configurations have checked that it is one.

  Returns:
    The module, class or function.
  """
  return family[name].load()
