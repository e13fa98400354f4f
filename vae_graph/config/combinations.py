"""Which choices go together. What is refused here is refused before any op.

The parts' facts decide (see parts.py), never their names, so these checks hold
for the parts that another program registers.
"""

from vae_graph import errors, registry


def has_density(model_config):
  """Returns whether a model's posterior has a density, so an ELBO."""
  return _posterior(model_config).has_density


def has_analytic_kl(model_config):
  """Returns whether KL(q(z|x) || p(z)) of a model has a closed form."""
  prior = registry.PRIORS[model_config.prior]
  return _posterior(model_config).has_analytic_kl(prior)


def has_standard_normal_prior(model_config):
  """Returns whether a model's prior is N(0, 1) in each dimension."""
  return registry.PRIORS[model_config.prior].is_standard_normal


def pixels_of(model_config):
  """Returns what a model's likelihood is of; see `parts.Likelihood`."""
  return registry.LIKELIHOODS[model_config.likelihood].pixels


def whole_batch_part(objective_config):
  """Returns what of an objective is no mean over images, or None."""
  name = objective_config.objective
  facts = registry.OBJECTIVES[name]
  if facts.mmd is not None:
    return f"the MMD of objective {name}"
  if facts.is_of_whole_batch is None:
    return f"objective {name}, as far as its facts tell,"
  if facts.is_of_whole_batch:
    return f"objective {name}"
  if facts.free_bits_of and objective_config.free_bits:
    return "the mean rate that free_bits are compared with"
  return None


def check_model(model_config):
  """Checks the parts of a model against each other.

  Args:
    model_config: a `ModelConfig`.

  Raises:
    ConfigError: a part does not go with another; the line says why.
  """
  prior = registry.PRIORS[model_config.prior]
  if prior.needs_log_prob and not _posterior(model_config).has_log_prob:
    posteriors = registry.POSTERIORS.names(lambda part: part.has_log_prob)
    priors = registry.PRIORS.names(lambda part: not part.needs_log_prob)
    raise errors.ConfigError(
      f"prior {model_config.prior} needs the posterior's density at codes that"
      " were not drawn from it, which posterior"
      f" {model_config.posterior} does not have; choose posterior"
      f" {errors.either(posteriors)}, or prior {errors.either(priors)}"
    )


def check_objective(model_config, objective_config):
  """Checks an objective against a model.

  Args:
    model_config: a `ModelConfig`.
    objective_config: an `ObjectiveConfig`.

  Raises:
    ConfigError: it needs what the model does not have; the line says what.
  """
  facts = registry.OBJECTIVES[objective_config.objective]
  _check_density(model_config, objective_config, facts)
  _check_mmd(objective_config, facts)
  _check_learning(model_config, objective_config, facts)
  if facts.takes_analytic_kl:
    _check_analytic_kl(model_config, objective_config)
  if facts.free_bits_of == "dimension" and objective_config.free_bits:
    _check_free_bits(model_config, objective_config)


def _check_density(model_config, objective_config, facts):
  """Checks that an objective with a rate gets a posterior with a density."""
  rate = facts.rate.of(objective_config)
  if not rate or has_density(model_config):
    return
  posteriors = registry.POSTERIORS.names(lambda part: part.has_density)
  objectives = registry.OBJECTIVES.names(
    lambda part: not part.rate.of(objective_config)
  )
  weight = f" ({facts.rate.formula} is {rate:g})" if facts.rate.formula else ""
  raise errors.ConfigError(
    f"objective {objective_config.objective} has a rate{weight}, for which"
    f" posterior {model_config.posterior} lacks a density; choose objective"
    f" {errors.either(objectives)}, or posterior {errors.either(posteriors)}"
  )


def _check_mmd(objective_config, facts):
  """Checks that the discrepancy to the prior is not to be made larger."""
  if facts.mmd is None:
    return
  weight = facts.mmd.of(objective_config)
  if weight < 0:
    raise errors.ConfigError(
      f"{facts.mmd.formula} weighs the MMD and must be at least 0, found"
      f" {weight:g}, which would drive the codes away from the prior"
    )


def _check_learning(model_config, objective_config, facts):
  """Checks that the objective says something of all that is learned."""
  prior = registry.PRIORS[model_config.prior]
  if not facts.rate.of(objective_config) and not prior.learns_from_samples:
    priors = registry.PRIORS.names(lambda part: part.learns_from_samples)
    raise errors.ConfigError(
      f"objective {objective_config.objective} without a rate knows the prior"
      " by samples alone, from which not all of prior"
      f" {model_config.prior} can be learned; choose prior"
      f" {errors.either(priors)}, or an objective with a rate"
    )
  likelihood = registry.LIKELIHOODS[model_config.likelihood]
  if facts.fits_mean_alone and likelihood.learns_scale(model_config):
    fixed = registry.LIKELIHOODS.names(
      lambda part: not part.learns_scale(model_config)
    )
    raise errors.ConfigError(
      f"objective {objective_config.objective} fits the pixels' means alone,"
      f" from which the scale of likelihood {model_config.likelihood} cannot be"
      f" learned; choose likelihood {errors.either(fixed)}, or fix its scale"
    )


def _check_analytic_kl(model_config, objective_config):
  """Checks that there is a KL divergence in closed form."""
  priors = registry.PRIORS.names(_posterior(model_config).has_analytic_kl)
  if model_config.prior in priors:
    return
  sampled = registry.OBJECTIVES.names(
    lambda part: not part.takes_analytic_kl and part.mmd is None
  )
  known = f"to prior {errors.either(priors)} alone" if priors else "to no prior"
  raise errors.ConfigError(
    f"objective {objective_config.objective} takes the KL divergence in closed"
    f" form, which posterior {model_config.posterior} has {known}, found prior"
    f" {model_config.prior}; choose objective {errors.either(sampled)}"
  )


def _check_free_bits(model_config, objective_config):
  """Checks that the rate has parts that bits of a dimension can be free of."""
  if _posterior(model_config).has_kl_per_dimension:
    return
  posteriors = registry.POSTERIORS.names(lambda part: part.has_kl_per_dimension)
  of_code = registry.OBJECTIVES.names(lambda part: part.free_bits_of == "code")
  raise errors.ConfigError(
    f"free_bits in objective {objective_config.objective} are for each"
    " dimension of the code, and the dimensions of posterior"
    f" {model_config.posterior} are not independent; choose posterior"
    f" {errors.either(posteriors)}, or objective {errors.either(of_code)} for"
    " free bits of the whole"
  )


def check_data(model_config, data_config):
  """Checks a likelihood against the pixels that it will see.

  Args:
    model_config: a `ModelConfig`.
    data_config: a `DataConfig`.

  Raises:
    ConfigError: the likelihood is not one of such pixels.
  """
  if pixels_of(model_config) != "binary" and data_config.binarization != "none":
    binary = registry.LIKELIHOODS.names(lambda part: part.pixels == "binary")
    raise errors.ConfigError(
      f"likelihood {model_config.likelihood} is one of gray pixels, which"
      f" binarization {data_config.binarization} leaves none of; choose"
      f" likelihood {errors.either(binary)}, or binarization none"
    )


def check_pixels(model_config, dtype):
  """Checks a likelihood against the images themselves.

  Args:
    model_config: a `ModelConfig`.
    dtype: the NumPy dtype of the images, uint8 or float32.

  Raises:
    ConfigError: the likelihood is not one of such pixels.
  """
  if pixels_of(model_config) == "bytes" and dtype != "uint8":
    densities = registry.LIKELIHOODS.names(
      lambda part: part.pixels == "density"
    )
    raise errors.ConfigError(
      f"likelihood {model_config.likelihood} is one of the 256 values of a"
      f" byte, but the images are {dtype}; store them as uint8, or choose"
      f" likelihood {errors.either(densities)}"
    )


def _posterior(model_config):
  return registry.POSTERIORS[model_config.posterior]
