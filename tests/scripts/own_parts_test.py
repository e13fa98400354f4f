"""Another program's parts are as good as ours, by the binaries' own `main`."""

import itertools
import os
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.scripts import own_parts
from tests.scripts.binary import run
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors, parts, registry
from vae_graph.compat import tf, tfd
from vae_graph.priors.standard_normal import StandardNormal
from vae_graph.training.towers import make_towers
from vae_graph.training.train_graph import build_train_graph

FAMILIES = {
  "posterior": registry.POSTERIORS,
  "prior": registry.PRIORS,
  "likelihood": registry.LIKELIHOODS,
  "objective": registry.OBJECTIVES,
}


class OwnProgramTest(absltest.TestCase):
  """The program trains, resumes, evaluates and reports."""

  def setUp(self):
    super().setUp()
    self.logdir = os.path.join(
      self.enter_context(tempfile.TemporaryDirectory()), "run"
    )

  def _run(self, *arguments, binary, exit_code=0):
    """Runs a binary; returns what it wrote."""
    result = run(*arguments, binary=binary)
    self.assertEqual(result.returncode, exit_code, result.stderr)
    return result.stdout + result.stderr

  def _program(self, *arguments, exit_code=0):
    return self._run(
      *arguments, binary="tests.scripts.own_parts", exit_code=exit_code
    )

  def _train(self, *flags, exit_code=0):
    return self._program(
      "train",
      *own_parts.FLAGS,
      f"--logdir={self.logdir}",
      *flags,
      exit_code=exit_code,
    )

  def test_trains_resumes_evaluates_and_reports(self):
    self.assertIn("at step 4,", self._train("--train_steps=4"))
    text = self._train("--train_steps=9")
    self.assertIn("at step 9,", text)
    self.assertNotIn("step 0 of 9", text)
    logdir = f"--logdir={self.logdir}"
    text = self._program("evaluate", logdir, "--importance_samples=5")
    self.assertIn("stripes test split, 20 images", text)
    self.assertIn("prior wide", text)
    self._program("report", logdir)
    with open(os.path.join(self.logdir, "report.html")) as file:
      self.assertIn("laplace_pixels", file.read())
    # A program that does not have the parts says what to do.
    text = self._run(logdir, binary="scripts.evaluate", exit_code=1)
    self.assertRegex(
      text, "evaluate: error: .*'halved', which is not registered here"
    )

  def test_help_lists_the_parts(self):
    text = self._program("train", "--help", exit_code=1)
    text = " ".join(text.split())
    for line in ("wide: a Gaussian whose width is learned", "worst: the worst"):
      self.assertIn(line, text)

  def test_an_objective_of_the_whole_batch_is_refused_with_towers(self):
    text = self._train(
      "--objective=worst", "--num_towers=2", "--train_steps=2", exit_code=2
    )
    self.assertIn("objective worst is of a whole batch, which 2 towers", text)
    self.assertFalse(os.path.exists(self.logdir))


class OwnPartsTest(parameterized.TestCase):
  """Their facts decide with what they go together."""

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._before = {name: dict(family) for name, family in FAMILIES.items()}
    own_parts.register()

  @classmethod
  def tearDownClass(cls):
    for family in (
      *FAMILIES.values(),
      registry.NETWORKS,
      registry.DATASETS,
      registry.OPTIMIZERS,
      registry.SCHEDULES,
    ):
      for name in list(family):
        if not str(family[name].target).startswith("vae_graph."):
          del family[name]
    super().tearDownClass()

  def _steps(self, **choices):
    """Trains for two steps; returns the losses before each."""
    config = vae_graph.ExperimentConfig(
      model=vae_graph.ModelConfig(
        network="halved",
        posterior=choices["posterior"],
        prior=choices["prior"],
        likelihood=choices["likelihood"],
      ),
      objective=vae_graph.ObjectiveConfig(objective=choices["objective"]),
    )
    images = np.random.RandomState(0).randint(0, 256, (6, 8, 8)) / 255
    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(config.model, (8, 8))
      objective = registry.load(registry.OBJECTIVES, choices["objective"])
      images = tf.constant(images, tf.float32)
      terms = objective(vae, images, (1, 2), config=config.objective)
      optimizer = tf.train.GradientDescentOptimizer(1e-4)
      train = optimizer.minimize(terms.loss, var_list=vae.variables)
      session.run(tf.global_variables_initializer())
      return [session.run([terms.loss, train])[0] for _ in range(2)]

  @parameterized.parameters(*registry.OBJECTIVES)
  def test_go_with_every_objective_that_their_facts_allow(self, objective):
    losses = self._steps(
      posterior="laplace",
      prior="wide",
      likelihood="laplace_pixels",
      objective=objective,
    )
    self.assertTrue(np.isfinite(losses).all())
    self.assertLess(losses[1], losses[0])

  def test_go_with_ours(self):
    for own in FAMILIES:
      choices = dict(
        posterior="diagonal",
        prior="standard_normal",
        likelihood="gaussian",
        objective="elbo_mc",
      )
      choices[own] = [
        name for name in FAMILIES[own] if name not in self._before[own]
      ][0]
      with self.subTest(own):
        losses = self._steps(**choices)
        self.assertLess(losses[1], losses[0])

  def test_the_default_objective_takes_a_prior_whose_marginals_are_normal(self):
    class Shifted(StandardNormal):
      @property
      def marginals(self):
        return tfd.Normal([1.0, 1.0], [2.0, 2.0])

    registry.PRIORS["shifted"] = parts.Prior(
      Shifted, "N(1, 2)", reads=(), has_normal_marginals=True
    )
    self.addCleanup(registry.PRIORS.pop, "shifted")
    losses = self._steps(
      posterior="diagonal",
      prior="shifted",
      likelihood="bernoulli",
      objective="elbo",
    )
    self.assertLess(losses[1], losses[0])

  def test_an_objective_may_have_another_name_than_its_function(self):
    self.assertEqual(registry.OBJECTIVES["worst"].target, own_parts.worst_elbo)
    losses = self._steps(
      posterior="diagonal",
      prior="standard_normal",
      likelihood="bernoulli",
      objective="worst",
    )
    self.assertLess(losses[1], losses[0])

  def test_an_objective_without_facts_is_not_divided_between_towers(self):
    registry.OBJECTIVES["bare"] = own_parts.worst_elbo
    self.addCleanup(registry.OBJECTIVES.pop, "bare")
    config = vae_graph.ExperimentConfig(
      objective=vae_graph.ObjectiveConfig(objective="bare"),
      session=vae_graph.SessionConfig(num_towers=2),
    )
    with self.assertRaisesRegex(errors.ConfigError, "far as its facts tell"):
      make_towers(config)

  def test_an_optimizer_may_return_any_op(self):
    def grouped(learning_rate, training_config):
      del training_config
      optimizer = tf.train.GradientDescentOptimizer(learning_rate)
      apply_gradients = optimizer.apply_gradients
      optimizer.apply_gradients = lambda *args, **kwargs: tf.group(
        apply_gradients(*args, **kwargs)
      )
      return optimizer

    registry.OPTIMIZERS["grouped"] = grouped
    self.addCleanup(registry.OPTIMIZERS.pop, "grouped")
    for input_mode in ("feed", "resident"):
      config = toy_config(
        optimizer="grouped", learning_rate=1e-4, input_mode=input_mode
      )
      with self.subTest(input_mode), tf.Graph().as_default() as graph:
        build_train_graph(config, toy_dataset().train.images)
        (train_step,) = graph.get_collection(tf.GraphKeys.TRAIN_OP)
        self.assertEqual(train_step.name, "train_step")

  def test_an_analytic_kl_is_only_taken_where_there_is_one(self):
    pairs = itertools.product(("laplace", "diagonal"), ("wide", "mixture"))
    for posterior, prior in pairs:
      choices = dict(posterior=posterior, prior=prior)
      if (posterior, prior) == ("laplace", "wide"):
        continue
      with self.subTest(choices), self.assertRaises(errors.ConfigError):
        vae_graph.ExperimentConfig(model=vae_graph.ModelConfig(**choices))


if __name__ == "__main__":
  absltest.main()
