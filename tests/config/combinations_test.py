"""Every pair of choices builds and trains, or is refused before any op.

Here a set of combinations in which each allowed pair of choices occurs; all
allowed combinations with VAE_GRAPH_ALL_COMBINATIONS=1 (`make test-all`).
"""

import itertools
import os

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors, registry
from vae_graph.compat import tf
from vae_graph.config.fields import unread_settings

FAMILIES = {
  "network": registry.NETWORKS,
  "posterior": registry.POSTERIORS,
  "prior": registry.PRIORS,
  "likelihood": registry.LIKELIHOODS,
  "objective": registry.OBJECTIVES,
}


def acting(config_class, **settings):
  """A configuration of those of the settings that its parts read."""
  unread = unread_settings(config_class, settings)
  return config_class(
    **{name: each for name, each in settings.items() if name not in unread}
  )


def experiment(network, posterior, prior, likelihood, objective):
  """The configuration of a combination; raises ConfigError if refused."""
  return vae_graph.ExperimentConfig(
    model=acting(
      vae_graph.ModelConfig,
      network=network,
      hidden_units=(8,),
      posterior=posterior,
      prior=prior,
      prior_components=3,
      likelihood=likelihood,
      iaf_hidden_units=5,
      code_size=3,
    ),
    objective=acting(
      vae_graph.ObjectiveConfig, objective=objective, importance_samples=2
    ),
  )


def is_allowed(choices):
  try:
    experiment(*choices)
  except errors.ConfigError:
    return False
  return True


ALL = list(itertools.product(*FAMILIES.values()))
ALLOWED = [choices for choices in ALL if is_allowed(choices)]
REFUSED = [choices for choices in ALL if not is_allowed(choices)]


def pairs(choices):
  return set(itertools.combinations(enumerate(choices), 2))


def pairwise(candidates):
  """A few of the candidates, in which all pairs of choices of theirs occur."""
  missing = set().union(*map(pairs, candidates))
  chosen = []
  while missing:
    best = max(candidates, key=lambda choices: len(pairs(choices) & missing))
    chosen.append(best)
    missing -= pairs(best)
  return chosen


CHOSEN = (
  ALLOWED if os.environ.get("VAE_GRAPH_ALL_COMBINATIONS") else pairwise(ALLOWED)
)


class CombinationsTest(parameterized.TestCase):
  @parameterized.parameters(*CHOSEN)
  def test_builds_and_takes_three_steps(self, *choices):
    config = experiment(*choices)
    images = np.round(np.random.RandomState(0).rand(4, 28, 28) * 255) / 255
    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(config.model, (28, 28))
      step = tf.train.get_or_create_global_step()
      objective = registry.load(registry.OBJECTIVES, config.objective.objective)
      terms = objective(
        vae,
        tf.constant(images, tf.float32),
        vae_graph.step_seed(0, step),
        config=config.objective,
        step=step,
      )
      optimizer = tf.train.AdamOptimizer(1e-3)
      gradients = optimizer.compute_gradients(terms.loss, vae.variables)
      for gradient, variable in gradients:
        self.assertIsNotNone(gradient, variable.op.name)
      train = optimizer.apply_gradients(gradients, global_step=step)
      samples = vae.decode(vae.prior.sample(2, (0, 0))).mean()
      session.run(tf.global_variables_initializer())
      for _ in range(3):
        found, *_ = session.run(
          [terms.defined(), [g for g, _ in gradients], train]
        )
        for name, value in found.items():
          self.assertTrue(np.isfinite(value).all(), name)
      for gradient in session.run([g for g, _ in gradients]):
        self.assertTrue(np.isfinite(gradient).all())
      samples = session.run(samples)
      self.assertEqual(samples.shape, (2, 28, 28))
      self.assertTrue(((samples >= 0) & (samples <= 1)).all())

  def test_the_set_has_all_allowed_pairs(self):
    covered = set().union(*map(pairs, CHOSEN))
    self.assertEqual(covered, set().union(*map(pairs, ALLOWED)))

  def test_what_is_refused(self):
    for network, posterior, prior, likelihood, objective in REFUSED:
      analytic = objective == "elbo" and (
        posterior == "iaf" or prior != "standard_normal"
      )
      vamp_without_density = prior == "vamp" and posterior in (
        "iaf",
        "deterministic",
      )
      # With infovae_alpha at its default, infovae has a rate.
      no_density = posterior == "deterministic" and objective != "mmd_vae"
      not_learned = objective == "mmd_vae" and (
        prior == "mixture" or likelihood in ("gaussian", "discretized_logistic")
      )
      self.assertTrue(
        analytic or vamp_without_density or no_density or not_learned,
        (network, likelihood, posterior, prior, objective),
      )

  @parameterized.parameters(
    (
      {"posterior": "iaf"},
      {},
      {},
      "closed form, which posterior iaf has to no prior, found prior"
      " standard_normal; choose objective elbo_mc or iwae$",
    ),
    (
      {"prior": "mixture"},
      {},
      {},
      "posterior diagonal has to prior standard_normal alone, found prior"
      " mixture; choose",
    ),
    ({"prior": "vamp"}, {}, {}, "alone, found prior vamp; choose objective"),
    (
      {"posterior": "iaf", "prior": "vamp"},
      {"objective": "elbo_mc"},
      {},
      "which posterior iaf does not have; choose posterior diagonal or"
      " full_covariance, or prior standard_normal or mixture$",
    ),
    (
      {"posterior": "deterministic", "prior": "vamp"},
      {"objective": "mmd_vae"},
      {},
      "which posterior deterministic does not have; choose posterior diagonal",
    ),
    *[
      (
        {"posterior": "deterministic"},
        {"objective": objective},
        {},
        f"objective {objective} has a rate, for which posterior deterministic"
        " lacks a density; choose objective mmd_vae, or posterior diagonal,"
        " full_covariance or iaf$",
      )
      for objective in ("elbo", "elbo_mc", "iwae")
    ],
    (
      {"posterior": "deterministic"},
      {"objective": "infovae", "infovae_alpha": 0.5},
      {},
      r"infovae has a rate \(1 - infovae_alpha is 0.5\), for which",
    ),
    *[
      (
        {"prior": "mixture"},
        objective,
        {},
        "from which not all of prior mixture can be learned",
      )
      for objective in (
        {"objective": "mmd_vae"},
        {"objective": "infovae", "infovae_alpha": 1},
      )
    ],
    (
      {"likelihood": "gaussian"},
      {"objective": "mmd_vae"},
      {},
      "scale of likelihood gaussian cannot be learned",
    ),
    (
      {},
      {"objective": "mmd_vae", "infovae_lambda": -1},
      {},
      "infovae_lambda weighs the MMD and must be at least 0, found -1",
    ),
    (
      {"posterior": "full_covariance"},
      {"free_bits": 0.1},
      {},
      "dimensions of posterior full_covariance are not independent",
    ),
    (
      {},
      {"objective": "infovae", "infovae_alpha": 0.5, "infovae_lambda": 0.1},
      {},
      "must be at least 0, found -0.4",
    ),
    (
      {"likelihood": "gaussian"},
      {},
      {"binarization": "dynamic"},
      "likelihood gaussian is one of gray pixels",
    ),
    (
      {"likelihood": "discretized_logistic"},
      {},
      {"binarization": "static"},
      "gray pixels, which binarization static leaves none of",
    ),
  )
  def test_refusals_give_the_reason(self, model, objective, data, reason):
    graph = tf.Graph()
    with graph.as_default():
      with self.assertRaisesRegex(errors.ConfigError, reason) as caught:
        vae_graph.ExperimentConfig(
          model=vae_graph.ModelConfig(**model),
          objective=vae_graph.ObjectiveConfig(**objective),
          data=vae_graph.DataConfig(**data),
        )
    self.assertNotIn("\n", str(caught.exception))
    self.assertEmpty(graph.get_operations())

  @parameterized.parameters(
    ({"likelihood": "gaussian", "likelihood_stddev": 0.1}, {}),
    ({}, {"objective": "infovae", "infovae_alpha": 1}),
  )
  def test_a_deterministic_posterior_goes_with(self, model, objective):
    vae_graph.ExperimentConfig(
      model=vae_graph.ModelConfig(posterior="deterministic", **model),
      objective=vae_graph.ObjectiveConfig(
        **{"objective": "mmd_vae", **objective}
      ),
    )


if __name__ == "__main__":
  absltest.main()
