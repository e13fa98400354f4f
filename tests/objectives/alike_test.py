"""What all objectives have in common."""

import inspect

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors, registry
from vae_graph.compat import tf, tfd
from vae_graph.objectives import ObjectiveTerms, make_terms, objective
from vae_graph.priors import Prior
from vae_graph.randomness import BatchSeed


class Nowhere(Prior):
  """A prior of density 0 everywhere: the rate is infinite, its gradient NaN."""

  @property
  def marginals(self):
    return tfd.Normal([0.0, 0.0], [0.0, 0.0])

  def _sample(self, n, seed):
    return tf.zeros([n, 2])

  def _log_prob(self, code):
    return tf.reduce_sum(tf.log(0.0 * code), axis=-1)


NAMES = sorted(registry.OBJECTIVES)
SHAPE = (3, 4)


def make_vae(**settings):
  model = vae_graph.ModelConfig(hidden_units=(6,), code_size=2, **settings)
  return vae_graph.VAE(model, SHAPE)


class ObjectivesTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.graph = self.enter_context(tf.Graph().as_default())
    self.images = np.random.RandomState(0).rand(5, *SHAPE).astype(np.float32)

  def _assert_refused(self, error, call, message):
    before = len(self.graph.get_operations())
    with self.assertRaisesRegex(error, message) as caught:
      call()
    self.assertNotIn("\n", str(caught.exception))
    self.assertLen(self.graph.get_operations(), before)

  @parameterized.parameters(*NAMES)
  def test_is_public_and_of_one_signature(self, name):
    self.assertIn(name, vae_graph.__all__)
    function = getattr(vae_graph, name)
    self.assertIs(function, registry.load(registry.OBJECTIVES, name))
    self.assertEqual(
      str(inspect.signature(function)),
      "(vae, images, seed, *, config=None, step=None, check_values=False)",
    )

  @parameterized.parameters(*NAMES)
  def test_default_config_is_that_of_its_name(self, name):
    function = getattr(vae_graph, name)
    vae = make_vae()
    config = vae_graph.ObjectiveConfig(objective=name)
    # Another name is no other objective.
    of_another = vae_graph.ObjectiveConfig()
    losses = [
      function(vae, self.images, (1, 2), config=each).loss
      for each in (None, config, of_another)
    ]
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      default, *others = session.run(losses)
    self.assertEqual(others, [default, default])

  @parameterized.parameters(
    ("elbo", {"posterior": "iaf"}, "which posterior iaf has to no prior"),
    ("elbo_mc", {"posterior": "deterministic"}, "lacks a density"),
    ("iwae", {"posterior": "deterministic"}, "lacks a density"),
    ("infovae", {"posterior": "deterministic"}, "lacks a density"),
    ("mmd_vae", {"likelihood": "gaussian"}, "scale of likelihood gaussian"),
    ("mmd_vae", {"prior": "mixture"}, "not all of prior mixture"),
  )
  def test_checks_its_model(self, name, settings, message):
    vae = make_vae(**settings)
    function = getattr(vae_graph, name)
    self._assert_refused(
      errors.ConfigError, lambda: function(vae, self.images, (1, 2)), message
    )

  @parameterized.parameters(*NAMES)
  def test_checks_images_by_its_own_name(self, name):
    vae = make_vae()
    function = getattr(vae_graph, name)
    for dtype, shape, found in (
      (tf.uint8, [None, *SHAPE], "uint8"),
      (tf.float64, [None, *SHAPE], "float64"),
      (tf.float32, [None, 4, 4], r"float32 \[None, 4, 4\]"),
    ):
      images = tf.placeholder(dtype, shape)
      self._assert_refused(
        errors.TensorError,
        lambda images=images: function(vae, images, (1, 2)),
        rf"^{name}: images must be float32 \[batch, 3, 4\], found {found}.*; ",
      )
    images = tf.placeholder(tf.float32)
    loss = function(vae, images, (1, 2)).loss
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      session.run(loss, {images: self.images})
      with self.assertRaisesRegex(
        tf.errors.InvalidArgumentError, f"{name}: images must be"
      ):
        session.run(loss, {images: np.zeros((5, 4, 3))})

  @parameterized.parameters(*NAMES)
  def test_checks_its_seed(self, name):
    vae = make_vae()
    function = getattr(vae_graph, name)
    for seed, found in (
      (5, "5"),
      ((1, 2, 3), r"\(1, 2, 3\)"),
      ((1.5, 2), r"\(1.5, 2\)"),
      (tf.zeros([2]), r"float32 \(2,\)"),
      (np.zeros(3, np.int64), r"int64 \(3,\)"),
    ):
      self._assert_refused(
        errors.TensorError,
        lambda seed=seed: function(vae, self.images, seed),
        f"{name}: seed must be two integers or a BatchSeed, found {found}; make"
        r" one by vae_graph.step_seed\(seed, step\)",
      )

  @parameterized.parameters("infovae", "mmd_vae")
  def test_some_rows_of_a_batch_have_no_mmd(self, name):
    function = getattr(vae_graph, name)
    with self.assertRaisesRegex(
      errors.TensorError, f"{name}: seed is a BatchSeed, of some rows"
    ):
      function(make_vae(), self.images, BatchSeed((1, 2), 0, 10))

  @parameterized.parameters(
    ("elbo", {"beta": 0.0}),
    ("elbo", {"beta": 0.0, "beta_warmup_steps": 10, "free_bits": 1.0}),
    ("elbo_mc", {"beta": 0.0}),
    ("elbo_mc", {"beta": 0.0, "beta_warmup_steps": 10, "free_bits": 1.0}),
    ("infovae", {"infovae_alpha": 1.0, "infovae_lambda": 0.0}),
    ("infovae", {"infovae_alpha": 1.0, "infovae_lambda": 9.0}),
    ("mmd_vae", {"infovae_lambda": 0.0}),
    ("mmd_vae", {"infovae_lambda": 9.0}),
  )
  def test_what_has_no_weight_does_not_enter_the_loss(self, name, settings):
    vae = make_vae()
    vae.prior = Nowhere()
    config = vae_graph.ObjectiveConfig(objective=name, **settings)
    step = tf.constant(3, tf.int64)
    terms = getattr(vae_graph, name)(
      vae, self.images, (1, 2), config=config, step=step
    )
    gradients = tf.gradients(terms.loss, vae.variables)
    gradients = [each for each in gradients if each is not None]
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      found, *gradients = session.run([terms.defined(), *gradients])
    self.assertFalse(np.isfinite(found["rate"]).any())
    self.assertTrue(np.isfinite(found["loss"]))
    self.assertTrue(np.isfinite(found["distortion"]).all())
    self.assertGreaterEqual(len(gradients), len(vae.variables) - 2)
    for gradient in gradients:
      self.assertTrue(np.isfinite(gradient).all())

  @parameterized.parameters("elbo", "elbo_mc")
  def test_a_rate_before_its_warm_up_does_not_enter_the_loss(self, name):
    vae = make_vae()
    vae.prior = Nowhere()
    config = vae_graph.ObjectiveConfig(objective=name, beta_warmup_steps=10)
    losses = [
      getattr(vae_graph, name)(
        vae, self.images, (1, 2), config=config, step=tf.constant(step)
      ).loss
      for step in (0, 1)
    ]
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      first, second = session.run(losses)
    self.assertTrue(np.isfinite(first))
    self.assertFalse(np.isfinite(second))

  @parameterized.parameters(*NAMES)
  def test_hands_back_what_it_encoded_and_decoded(self, name):
    vae = make_vae()
    before = len(self.graph.get_operations())
    terms = getattr(vae_graph, name)(vae, self.images, (1, 2))
    products = [
      op
      for op in self.graph.get_operations()[before:]
      if op.type == "MatMul" and op.name.endswith("/MatMul")
    ]
    # Three layers of the encoder and two of the decoder, once each.
    self.assertLen([op for op in products if "encoder/" in op.name], 3)
    self.assertLen([op for op in products if "decoder/" in op.name], 2)
    samples = (5,) if name == "iwae" else ()
    copies = np.tile(self.images, (int(np.prod(samples)), 1, 1))
    distortion = -terms.likelihood.log_prob(copies)
    code, _ = terms.posterior.sample_and_log_prob((1, 2), samples)
    again = vae.encode(self.images)
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      found, distortion, code, again_code, mean, again_mean = session.run(
        [
          terms.defined(),
          distortion,
          code,
          terms.code,
          terms.posterior.mean,
          again.mean,
        ]
      )
    self.assertCountEqual(found, ["loss", "elbo", "rate", "distortion"])
    np.testing.assert_array_equal(mean, again_mean)
    np.testing.assert_array_equal(code, again_code)
    np.testing.assert_allclose(
      distortion.reshape(-1, 5).mean(0), found["distortion"], rtol=1e-5
    )

  @parameterized.parameters(*NAMES)
  def test_ops_are_in_its_name_scope(self, name):
    vae = make_vae()
    before = len(self.graph.get_operations())
    terms = getattr(vae_graph, name)(vae, self.images, (1, 2))
    for op in self.graph.get_operations()[before:]:
      self.assertStartsWith(op.name, f"objective/{name}/")
    parts = {
      op.name.split("/")[2] for op in self.graph.get_operations()[before:]
    }
    self.assertContainsSubset({"encoder", "decoder", "likelihood"}, parts)
    # The name of an objective is free for a tensor.
    self.assertEqual(tf.identity(terms.loss, name=name).name, f"{name}:0")

  def test_an_objective_of_ones_own(self):
    @objective
    def half_elbo(vae, images, seed, *, config=None, step=None):
      del step
      posterior = vae.encode(images)
      code, _ = posterior.sample_and_log_prob(seed)
      likelihood = vae.decode(code)
      rate = posterior.kl_divergence(vae.prior)
      distortion = -likelihood.log_prob(images)
      return make_terms(
        config.beta * tf.reduce_mean(rate + distortion) / 2,
        rate=rate,
        distortion=distortion,
        posterior=posterior,
        code=code,
        likelihood=likelihood,
      )

    registry.OBJECTIVES["half_elbo"] = half_elbo
    self.addCleanup(registry.OBJECTIVES.pop, "half_elbo")
    vae = make_vae()
    with self.assertRaisesRegex(errors.TensorError, "half_elbo: images"):
      half_elbo(vae, np.zeros((5, *SHAPE), np.uint8), (1, 2))
    terms = half_elbo(vae, self.images, (1, 2))
    self.assertIsInstance(terms, ObjectiveTerms)
    whole = vae_graph.elbo(vae, self.images, (1, 2))
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      one, other = session.run([terms.loss, whole.loss])
    self.assertAlmostEqual(one, other / 2, places=4)


if __name__ == "__main__":
  absltest.main()
