"""Which choices go together. What is refused here is refused before any op."""

from vae_graph import errors

# Posteriors and priors with an analytic KL divergence between them.
ANALYTIC_POSTERIORS = ("diagonal", "full_covariance")
ANALYTIC_PRIORS = ("standard_normal",)
GREY_LIKELIHOODS = (
  "continuous_bernoulli",
  "gaussian",
  "discretized_logistic",
)


def check_model(model):
  """Checks the parts of a model against each other.

  Args:
    model: a `ModelConfig`.

  Raises:
    ConfigError: a part does not go with another; the line says why.
  """
  if model.prior == "vamp" and model.posterior == "iaf":
    raise errors.ConfigError(
      "prior vamp needs the posterior's density at codes that were not drawn"
      " from it, for which posterior iaf would have to be inverted; choose"
      " posterior diagonal or full_covariance, or prior mixture"
    )


def check_objective(model, objective):
  """Checks an objective against a model.

  Args:
    model: a `ModelConfig`.
    objective: an `ObjectiveConfig`.

  Raises:
    ConfigError: it needs what the model does not have; the line says what.
  """
  weight = objective.infovae_alpha + objective.infovae_lambda - 1.0
  if objective.objective == "infovae" and weight < 0:
    raise errors.ConfigError(
      "infovae_alpha + infovae_lambda - 1 weighs the MMD and must be at least"
      f" 0, found {weight:g}, which would drive the codes away from the prior"
    )
  if objective.objective != "elbo":
    return
  for kind, choice, able in (
    ("posterior", model.posterior, ANALYTIC_POSTERIORS),
    ("prior", model.prior, ANALYTIC_PRIORS),
  ):
    if choice not in able:
      raise errors.ConfigError(
        f"objective elbo takes the KL divergence in closed form, which {kind}"
        f" {choice} does not have; choose objective elbo_mc"
      )
  if objective.free_bits and model.posterior != "diagonal":
    raise errors.ConfigError(
      "free_bits in objective elbo are for each dimension of the code, and the"
      f" dimensions of posterior {model.posterior} are not independent; choose"
      " posterior diagonal, or objective elbo_mc for free bits of the whole"
    )


def check_data(model, data):
  """Checks a likelihood against the pixels that it will see.

  Args:
    model: a `ModelConfig`.
    data: a `DataConfig`.

  Raises:
    ConfigError: the likelihood is not one of such pixels.
  """
  if model.likelihood in GREY_LIKELIHOODS and data.binarization != "none":
    raise errors.ConfigError(
      f"likelihood {model.likelihood} is one of grey pixels, which binarization"
      f" {data.binarization} leaves none of; choose likelihood bernoulli, or"
      " binarization none"
    )


def check_pixels(model, dtype):
  """Checks a likelihood against the images themselves.

  Args:
    model: a `ModelConfig`.
    dtype: the NumPy dtype of the images, uint8 or float32.

  Raises:
    ConfigError: the likelihood is not one of such pixels.
  """
  if model.likelihood == "discretized_logistic" and dtype != "uint8":
    raise errors.ConfigError(
      "likelihood discretized_logistic is one of the 256 values of a byte, but"
      f" the images are {dtype}; store them as uint8, or choose likelihood"
      " continuous_bernoulli or gaussian"
    )
