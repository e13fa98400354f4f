import dataclasses
import math
import os
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph.evaluation.likelihood_figures import dequantized

# What a Bernoulli does not give gray pixels.
NO_PROBABILITY = ("bits_per_dim", "log_likelihood")
FIGURES = {
  "elbo",
  "rate",
  "distortion",
  "log_likelihood",
  "bits_per_dim",
  "active_units",
  "kl_per_dimension",
  "mmd",
  "code_mean",
  "code_covariance",
  "knn_accuracy",
  "probe_accuracy",
  "reconstruction_mse",
}


class EvaluateModelTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.logdir = os.path.join(
      self.enter_context(tempfile.TemporaryDirectory()), "run"
    )
    self.dataset = toy_dataset()

  def _evaluate(self, model=(), objective=(), dataset=None, **evaluation):
    dataset = dataset or self.dataset
    config = toy_config(epochs=1)
    config = dataclasses.replace(
      config,
      model=dataclasses.replace(config.model, **dict(model)),
      objective=vae_graph.ObjectiveConfig(**dict(objective)),
    )
    vae_graph.train(config, self.logdir, dataset=dataset)
    model = vae_graph.TrainedModel(self.logdir)
    self.addCleanup(model.close)
    settings = {"importance_samples": 20, **evaluation}
    config = vae_graph.EvaluationConfig(**settings)
    return model, vae_graph.evaluate_model(
      model, dataset, evaluation_config=config
    )

  def _check_defined(self, result, undefined):
    self.assertEqual(set(result["undefined"]), set(undefined))
    for name in FIGURES:
      if name in undefined:
        self.assertIsNone(result[name], name)
        self.assertNotEmpty(result["undefined"][name])
      else:
        self.assertTrue(np.isfinite(result[name]).all(), name)

  def test_figures_of_a_plain_model(self):
    model, result = self._evaluate()
    self._check_defined(result, NO_PROBABILITY)
    images, labels = self.dataset.test
    scores = model.score(images, importance_samples=20)
    for name in ("elbo", "rate", "distortion", "importance_weighted_bound"):
      field = {"importance_weighted_bound": "log_likelihood"}.get(name, name)
      values = getattr(scores, field)
      self.assertAlmostEqual(result[name], values.mean(), places=6)
      self.assertAlmostEqual(
        result[f"{name}_stderr"], values.std(ddof=1) / math.sqrt(23), places=6
      )
    encoded = model.encode(images)
    error = (model.decode(encoded.mean) - images / np.float32(255)) ** 2
    self.assertAlmostEqual(result["reconstruction_mse"], error.mean(), places=6)
    np.testing.assert_allclose(
      result["code_mean"], encoded.sample.mean(axis=0), rtol=1e-5
    )
    np.testing.assert_allclose(
      result["code_covariance"],
      np.cov(encoded.sample, rowvar=False),
      rtol=1e-4,
      atol=1e-6,
    )
    kl = 0.5 * (
      encoded.stddev**2 + encoded.mean**2 - 1 - 2 * np.log(encoded.stddev)
    )
    np.testing.assert_allclose(
      result["kl_per_dimension"], kl.mean(axis=0), rtol=1e-4
    )
    # The rate by samples against the same in closed form.
    self.assertAlmostEqual(result["rate"], kl.sum(axis=1).mean(), delta=0.2)
    self.assertEqual(result["images"], 23)
    self.assertEqual(result["pixels"], "gray")
    self.assertEqual(result["step"], 6)

  def test_a_deterministic_encoder_has_what_is_defined_and_reasons(self):
    model, result = self._evaluate(
      {"posterior": "deterministic"}, {"objective": "mmd_vae"}
    )
    undefined = (
      "elbo",
      "rate",
      "importance_weighted_bound",
      "log_likelihood",
      "bits_per_dim",
      "kl_per_dimension",
    )
    self._check_defined(result, undefined)
    self.assertIn("deterministic has no density", result["undefined"]["elbo"])
    images = self.dataset.test.images / np.float32(255)
    mean = model.decode(model.encode(images).mean)
    entropy = -(images * np.log(mean) + (1 - images) * np.log(1 - mean))
    self.assertAlmostEqual(
      result["distortion"], entropy.sum(axis=(1, 2)).mean(), places=3
    )

  def test_moments_of_a_flow_are_estimated(self):
    model, result = self._evaluate(
      {"posterior": "iaf", "iaf_hidden_units": 5}, {"objective": "elbo_mc"}
    )
    self._check_defined(result, NO_PROBABILITY)
    # The bound of the marginals' divergence is below the rate.
    self.assertLess(sum(result["kl_per_dimension"]), result["rate"] + 0.3)
    self.assertGreater(min(result["kl_per_dimension"]), 0)

  def test_a_learned_prior_has_no_divergence_of_each_dimension(self):
    _, result = self._evaluate(
      {"prior": "mixture", "prior_components": 3}, {"objective": "elbo_mc"}
    )
    self._check_defined(result, [*NO_PROBABILITY, "kl_per_dimension"])

  def test_only_pixels_with_a_probability_have_its_logarithm(self):
    _, result = self._evaluate()
    self.assertEqual(
      vae_graph.evaluation_table(result).splitlines()[2][:26],
      "Importance-weighted bound ",
    )
    for name in NO_PROBABILITY:
      self.assertStartsWith(result["undefined"][name], "gray pixels under like")

  def test_bits_of_discretized_pixels(self):
    _, result = self._evaluate({"likelihood": "discretized_logistic"})
    self._check_defined(result, [])
    self.assertNotIn("importance_weighted_bound", result)
    self.assertAlmostEqual(
      result["bits_per_dim"],
      -result["log_likelihood"] / 30 / math.log(2),
      places=6,
    )

  def test_bits_of_a_density_are_of_dequantized_pixels(self):
    model, result = self._evaluate({"likelihood": "gaussian"})
    self._check_defined(result, [])
    ((_, images),) = dequantized(self.dataset.test.images, seed=0)
    np.testing.assert_array_equal(
      np.floor(images * 256), self.dataset.test.images
    )
    score = model.score(images, importance_samples=20).log_likelihood.mean()
    self.assertAlmostEqual(
      result["bits_per_dim"], 8 - score / 30 / math.log(2), places=5
    )
    self.assertEqual(result["dequantization"], "uniform")

  def test_without_labels_there_is_no_accuracy(self):
    unlabeled = vae_graph.Dataset(
      *[split._replace(labels=None) for split in self.dataset]
    )
    _, result = self._evaluate(dataset=unlabeled)
    accuracies = ["knn_accuracy", "probe_accuracy"]
    self._check_defined(result, [*NO_PROBABILITY, *accuracies])

  def test_an_id_of_each_image_is_no_class(self):
    dataset = vae_graph.Dataset(
      *[
        split._replace(labels=np.arange(len(split.images), dtype=np.int32))
        for split in self.dataset
      ]
    )
    _, result = self._evaluate(dataset=dataset)
    accuracies = ["knn_accuracy", "probe_accuracy"]
    self._check_defined(result, [*NO_PROBABILITY, *accuracies])
    for name in accuracies:
      self.assertEqual(
        result["undefined"][name],
        "64 classes in 64 training images: fewer than 2 of a class",
      )

  def test_one_image_has_no_spread(self):
    _, result = self._evaluate({"code_size": 5}, max_images=1)
    self.assertEqual(result["images"], 1)
    undefined = [*NO_PROBABILITY, "active_units", "code_covariance"]
    self._check_defined(result, undefined)
    for name in ("elbo", "distortion", "knn_accuracy", "probe_accuracy"):
      self.assertTrue(np.isnan(result[f"{name}_stderr"]), name)
    self.assertNotIn("mmd_reference", result)
    table = vae_graph.evaluation_table(result)
    self.assertRegex(table, "(?m)^Active units +— .a single image does not va")
    self.assertNotRegex(table, "nan|None")

  def test_some_images_only(self):
    _, result = self._evaluate(max_images=7, neighbors=100)
    self.assertEqual(result["images"], 7)
    self._check_defined(result, [*NO_PROBABILITY, "knn_accuracy"])


if __name__ == "__main__":
  absltest.main()
