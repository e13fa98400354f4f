"""Which choices go together. What is refused here is refused before any op."""

from vae_graph import errors

# Posteriors and priors with an analytic KL divergence between them.
ANALYTIC_POSTERIORS = ("diagonal", "full_covariance")
ANALYTIC_PRIORS = ("standard_normal",)
# Posteriors that are a point, with no density.
POINT_POSTERIORS = ("deterministic",)
# Objectives with an MMD. They need no density of the posterior, infovae with
# alpha = 1 only.
MMD_OBJECTIVES = ("infovae", "mmd_vae")
GRAY_LIKELIHOODS = (
  "continuous_bernoulli",
  "gaussian",
  "discretized_logistic",
)


def has_density(model):
  """Returns whether a `ModelConfig`'s posterior has a density, so an ELBO."""
  return model.posterior not in POINT_POSTERIORS


def has_learned_prior(model):
  """Returns whether a `ModelConfig`'s prior is another than N(0, 1)."""
  return model.prior != "standard_normal"


def whole_batch_part(objective):
  """Returns what of an `ObjectiveConfig` is no mean over images, or None."""
  if objective.objective in MMD_OBJECTIVES:
    return f"the MMD of objective {objective.objective}"
  if objective.free_bits and objective.objective in ("elbo", "elbo_mc"):
    return "the mean rate that free_bits are compared with"
  return None


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
  if model.prior == "vamp" and not has_density(model):
    raise errors.ConfigError(
      f"prior vamp is a mixture of posteriors, and posterior {model.posterior}"
      " has no density; choose posterior diagonal or full_covariance, or prior"
      " standard_normal"
    )


def check_objective(model, objective):
  """Checks an objective against a model.

  Args:
    model: a `ModelConfig`.
    objective: an `ObjectiveConfig`.

  Raises:
    ConfigError: it needs what the model does not have; the line says what.
  """
  _check_density(model, objective)
  if objective.objective in MMD_OBJECTIVES:
    _check_discrepancy(model, objective)
  elif objective.objective == "elbo":
    _check_analytic(model, objective)


def _check_density(model, objective):
  """Checks that an objective with a rate gets a posterior with a density."""
  if has_density(model):
    return
  if objective.objective not in MMD_OBJECTIVES:
    raise errors.ConfigError(
      f"objective {objective.objective} is a bound on the evidence, for which"
      f" posterior {model.posterior} lacks a density; choose objective mmd_vae,"
      " or posterior diagonal"
    )
  if objective.objective == "infovae" and objective.infovae_alpha != 1:
    raise errors.ConfigError(
      f"infovae_alpha {objective.infovae_alpha:g} leaves a rate in objective"
      f" infovae, for which posterior {model.posterior} lacks a density; choose"
      " infovae_alpha 1, or posterior diagonal"
    )


def _check_discrepancy(model, objective):
  """Checks an objective with an MMD."""
  published = objective.objective == "mmd_vae"
  weight = objective.infovae_lambda
  name = "infovae_lambda"
  if not published:
    weight += objective.infovae_alpha - 1.0
    name = "infovae_alpha + infovae_lambda - 1"
  if weight < 0:
    raise errors.ConfigError(
      f"{name} weighs the MMD and must be at least 0, found {weight:g}, which"
      " would drive the codes away from the prior"
    )
  rate_free = published or objective.infovae_alpha == 1
  if rate_free and model.prior == "mixture":
    raise errors.ConfigError(
      f"objective {objective.objective} without a rate knows the prior by"
      " samples alone, from which the weights of prior mixture cannot be"
      " learned; choose prior standard_normal or vamp, or objective infovae"
      " with infovae_alpha below 1"
    )
  learned_scale = model.likelihood == "discretized_logistic" or (
    model.likelihood == "gaussian" and not model.likelihood_stddev
  )
  if published and learned_scale:
    raise errors.ConfigError(
      "objective mmd_vae fits the pixels' means by their squared error, from"
      f" which the scale of likelihood {model.likelihood} cannot be learned;"
      " choose likelihood bernoulli, or gaussian with a likelihood_stddev"
    )


def _check_analytic(model, objective):
  """Checks the objective with the KL divergence in closed form."""
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
  if model.likelihood in GRAY_LIKELIHOODS and data.binarization != "none":
    raise errors.ConfigError(
      f"likelihood {model.likelihood} is one of gray pixels, which binarization"
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
