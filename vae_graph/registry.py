"""Every choice that a configuration can name, and where it is implemented.

To add a network, posterior, prior, likelihood, objective, optimizer or data
set: write one small file and add one line here. The flags' enums are the keys
of these dictionaries. A value is either `"module:attribute"`, imported only
when it is used (so that `--help` needs no TensorFlow), or the object itself,
which lets a program register a part of its own:

    vae_graph.registry.PRIORS["my_prior"] = MyPrior
"""

import importlib

# Module with encoder(images, config) and decoder(code, config, image_shape,
# channels_out); see networks/dense.py.
NETWORKS = {
  "dense": "vae_graph.networks.dense",
  "rstudio_conv": "vae_graph.networks.rstudio_conv",
  "tanh_conv": "vae_graph.networks.tanh_conv",
  "tfp_layers_conv": "vae_graph.networks.tfp_layers_conv",
}

# Class (features, config) -> posterior; see posteriors/__init__.py.
POSTERIORS = {
  "diagonal": "vae_graph.posteriors.diagonal:DiagonalNormal",
  "full_covariance": (
    "vae_graph.posteriors.full_covariance:FullCovarianceNormal"
  ),
  "iaf": "vae_graph.posteriors.iaf:InverseAutoregressiveFlow",
  "deterministic": "vae_graph.posteriors.deterministic:Deterministic",
}

# Class (config, vae) -> prior; see priors/__init__.py.
PRIORS = {
  "standard_normal": "vae_graph.priors.standard_normal:StandardNormal",
  "mixture": "vae_graph.priors.mixture:MixtureOfNormals",
  "vamp": "vae_graph.priors.vamp:VampPrior",
}

# Class (parameters, image_shape, config) -> likelihood; see
# likelihoods/__init__.py.
LIKELIHOODS = {
  "bernoulli": "vae_graph.likelihoods.bernoulli:Bernoulli",
  "continuous_bernoulli": (
    "vae_graph.likelihoods.continuous_bernoulli:ContinuousBernoulli"
  ),
  "gaussian": "vae_graph.likelihoods.gaussian:Gaussian",
  "discretized_logistic": (
    "vae_graph.likelihoods.discretized_logistic:DiscretizedLogistic"
  ),
}

# Function (vae, images, seed, config, step) -> ObjectiveTerms; see
# objectives/__init__.py.
OBJECTIVES = {
  "elbo": "vae_graph.objectives.elbo:elbo",
  "elbo_mc": "vae_graph.objectives.elbo:elbo_mc",
  "iwae": "vae_graph.objectives.iwae:iwae",
  "infovae": "vae_graph.objectives.infovae:infovae",
  "mmd_vae": "vae_graph.objectives.mmd_vae:mmd_vae",
}

# Function (learning_rate, config) -> tf.train.Optimizer; see
# training/optimizers.py.
OPTIMIZERS = {
  "adam": "vae_graph.training.optimizers:adam",
  "rmsprop": "vae_graph.training.optimizers:rmsprop",
  "sgd": "vae_graph.training.optimizers:sgd",
}

# Function (DataConfig) -> Dataset; see data/dataset.py.
DATASETS = {
  "mnist_10k": "vae_graph.data.mnist:load_mnist_10k",
  "mnist": "vae_graph.data.mnist:load_mnist",
  "fashion_mnist": "vae_graph.data.mnist:load_fashion_mnist",
  "cifar10": "vae_graph.data.cifar10:load_cifar10",
  "npz": "vae_graph.data.npz:load_npz",
  "images": "vae_graph.data.image_folder:load_image_folder",
}


def load(registry, name):
  """Returns the implementation that `name` stands for.

  Args:
    registry: one of the dictionaries above.
    name: one of its keys; configurations have checked that it is one.

  Returns:
    The module, class or function.
  """
  entry = registry[name]
  if not isinstance(entry, str):
    return entry
  module_name, _, attribute = entry.partition(":")
  module = importlib.import_module(module_name)
  return getattr(module, attribute) if attribute else module
