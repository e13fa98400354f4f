import glob
import os
import shutil
import tempfile
import threading
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.inference.random_run import SHAPE, make_run
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.data.pixels import to_unit_interval
from vae_graph.inference import importance_sampling, inference_graph
from vae_graph.inference.trained_model import BLOCK, TrainedModel
from vae_graph.runs.directory import RunDirectory


def digest(folder):
  """Names, times and contents of all files of a folder."""
  found = {}
  for path in sorted(glob.glob(os.path.join(folder, "**"), recursive=True)):
    if os.path.isfile(path):
      with open(path, "rb") as file:
        found[path] = os.stat(path).st_mtime_ns, file.read()
  return found


class TrainedRunTest(parameterized.TestCase):
  """A run that was trained."""

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    folder = tempfile.mkdtemp()
    cls.folder = os.path.join(folder, "run")
    cls.dataset = toy_dataset(num_test=300)
    vae_graph.train(toy_config(), cls.folder, dataset=cls.dataset)
    cls.images = cls.dataset.test.images
    cls.model = TrainedModel(cls.folder)

  @classmethod
  def tearDownClass(cls):
    cls.model.close()
    shutil.rmtree(os.path.dirname(cls.folder))
    super().tearDownClass()

  def test_knows_its_run(self):
    self.assertEqual(self.model.config, toy_config())
    self.assertEqual(self.model.image_shape, SHAPE)
    self.assertEqual(self.model.step, 12)
    self.assertEqual(
      self.model.checkpoint, os.path.join(self.folder, "model.ckpt-12")
    )

  def test_is_the_model_that_was_trained(self):
    encoded = self.model.encode(self.images)
    means = self.model.decode(encoded.mean)
    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(toy_config().model, SHAPE)
      posterior = vae.encode(to_unit_interval(self.images))
      likelihood = vae.decode(posterior.mean)
      vae_graph.restore_by_name(self.folder, vae.variables)(session)
      expected = session.run(
        [posterior.mean, posterior.stddev, likelihood.mean()]
      )
    for ours, theirs in zip([*encoded[:2], means], expected):
      self.assertEqual(ours.dtype, np.float32)
      np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)

  def test_samples_follow_the_posterior(self):
    image = np.repeat(self.images[:1], 2000, axis=0)
    mean, stddev, sample = self.model.encode(image, seed=3)
    standard = (sample - mean) / stddev
    self.assertLess(np.abs(standard.mean(0)).max(), 5 / np.sqrt(2000))
    np.testing.assert_allclose(standard.std(0), 1, atol=0.1)
    self.assertLen(np.unique(standard, axis=0), 2000)

  def test_an_image_has_the_same_noise_among_any_others(self):
    self.assertGreater(len(self.images), BLOCK)
    whole = self.model.encode(self.images, seed=5)
    for count in (1, 7, BLOCK, BLOCK + 1):
      part = self.model.encode(self.images[:count], seed=5)
      np.testing.assert_allclose(part.sample, whole.sample[:count], rtol=1e-5)
    other = self.model.encode(self.images, seed=6)
    self.assertTrue((other.sample != whole.sample).all())
    scores = self.model.score(self.images[:9], importance_samples=20, seed=5)
    part = self.model.score(self.images[:4], importance_samples=20, seed=5)
    np.testing.assert_allclose(
      part.log_likelihood, scores.log_likelihood[:4], rtol=1e-6
    )

  def test_blocks_make_no_difference(self):
    def results(model):
      encoded = model.encode(self.images, seed=3)
      mean, sample = model.reconstruct(self.images, seed=3)
      score = model.score(self.images[:9], importance_samples=20, seed=3)
      return (*encoded, mean, sample, model.sample_codes(300), *score[:4])

    expected = results(self.model)

    # As of a large network, of which 9 images fit into memory.
    def few(fetches, *, at_most, memory=0):
      del fetches, memory
      return min(9, at_most)

    for module in (inference_graph, importance_sampling):
      self.enter_context(mock.patch.object(module, "images_at_once", few))
    with TrainedModel(self.folder) as model:
      for found, each in zip(results(model), expected):
        np.testing.assert_allclose(found, each, rtol=1e-4, atol=1e-6)

  def test_huge_images_have_noise_for_fewer_at_a_time(self):
    groups = mock.patch.object(inference_graph, "group_size", return_value=7)
    with groups, TrainedModel(self.folder) as model:
      mean, sample = model.reconstruct(self.images, seed=3)
      np.testing.assert_array_equal(
        model.encode(self.images[:30], seed=3).sample,
        self.model.encode(self.images[:30], seed=3).sample,
      )
    error = np.sqrt((mean * (1 - mean)).sum()) + 1
    self.assertLess(abs((sample - mean).sum()), 5 * error)
    # No two groups have the same noise.
    self.assertFalse(np.array_equal(sample[:4], sample[4:8]))

  def test_reconstruct(self):
    for from_mean in (False, True):
      mean, sample = self.model.reconstruct(
        self.images, seed=2, from_mean=from_mean
      )
      encoded = self.model.encode(self.images, seed=2)
      codes = encoded.mean if from_mean else encoded.sample
      np.testing.assert_array_equal(mean, self.model.decode(codes))
      self.assertEqual(set(np.unique(sample)), {0, 1})
      error = np.sqrt((mean * (1 - mean)).sum()) + 1
      self.assertLess(abs((sample - mean).sum()), 5 * error)

  def test_sample(self):
    images, codes = self.model.sample(600, seed=1)
    np.testing.assert_array_equal(images, self.model.decode(codes))
    self.assertLess(np.abs(codes.mean(0)).max(), 5 / np.sqrt(600))
    np.testing.assert_allclose(codes.std(0), 1, atol=0.15)
    few = self.model.sample(5, seed=1)
    np.testing.assert_array_equal(few.codes, codes[:5])
    self.assertNotEqual(self.model.sample(5, seed=2).codes[0, 0], codes[0, 0])
    with self.assertRaisesRegex(errors.ConfigError, "at least 1, found 0"):
      self.model.sample(0)

  def test_interpolate(self):
    for spherical in (False, True):
      found = self.model.interpolate(
        *self.images[:2], steps=5, spherical=spherical
      )
      self.assertEqual(found.shape, (5, *SHAPE))
      ends = self.model.reconstruct(self.images[:2], from_mean=True).mean
      np.testing.assert_allclose(found[[0, -1]], ends, rtol=1e-4)
    with self.assertRaisesRegex(errors.ConfigError, "at least 2, found 1"):
      self.model.interpolate(*self.images[:2], steps=1)

  def test_scores_agree_with_the_evaluation_of_the_run(self):
    scores = self.model.score(self.images, importance_samples=200)
    metrics = RunDirectory(self.folder).read_metrics()[-1]
    # That one drew one sample, this one many.
    spread = 4 * metrics["test_elbo_stderr"]
    for name in ("elbo", "rate", "distortion"):
      values = getattr(scores, name)
      self.assertEqual(values.dtype, np.float64)
      self.assertAlmostEqual(
        values.mean(), metrics[f"test_{name}"], delta=spread
      )
    np.testing.assert_allclose(scores.elbo, -(scores.rate + scores.distortion))
    self.assertTrue((scores.log_likelihood >= scores.elbo).all())

  def test_distortion_is_that_of_the_codes_sample(self):
    means = self.model.reconstruct(self.images, seed=4).mean.astype(np.float64)
    pixels = to_unit_interval(self.images)
    entropy = pixels * np.log(means) + (1 - pixels) * np.log1p(-means)
    np.testing.assert_allclose(
      self.model.distortion(self.images, seed=4),
      -entropy.sum((1, 2)),
      rtol=1e-4,
    )

  def test_bytes_and_floats_are_the_same_images(self):
    floats = self.images / 255.0
    np.testing.assert_allclose(
      self.model.encode(floats).sample,
      self.model.encode(self.images).sample,
      rtol=1e-4,
      atol=1e-6,
    )

  @parameterized.parameters(
    (np.zeros((3, 5, 6), np.uint8), r"shape \(3, 5, 6\), expected \(n, 6, 5\)"),
    (np.zeros(SHAPE, np.uint8), r"shape \(6, 5\), expected \(n, 6, 5\)"),
    (np.zeros((0, *SHAPE), np.uint8), "no pixels"),
    (np.full((1, *SHAPE), 3.0), r"pixels from 3.0 to 3.0, expected finite"),
    (np.full((1, *SHAPE), np.nan), "NaN"),
    (np.full((1, *SHAPE), 256), "pixels from 256 to 256 of type int64"),
  )
  def test_what_is_no_image_is_refused_in_a_line(self, images, message):
    for method in (self.model.encode, self.model.score, self.model.reconstruct):
      with self.assertRaisesRegex(errors.DataError, message) as caught:
        method(images)
      self.assertNotIn("\n", str(caught.exception))

  @parameterized.parameters(
    (np.zeros((3, 1)), r"shape \(3, 1\), expected .* \(n, 2\)"),
    (np.zeros(2), r"shape \(2,\)"),
    (np.full((1, 2), np.inf), "infinity"),
    (np.array([["a", "b"]]), "type <U1"),
  )
  def test_what_is_no_code_is_refused_in_a_line(self, codes, message):
    with self.assertRaisesRegex(errors.DataError, message):
      self.model.decode(codes)

  def test_no_codes_give_no_images(self):
    self.assertEqual(self.model.decode(np.zeros((0, 2))).shape, (0, *SHAPE))

  def test_leaves_the_callers_graph_and_the_run_alone(self):
    before = digest(self.folder)
    with tf.Graph().as_default() as graph, tf.Session() as session:
      with TrainedModel(self.folder) as model:
        self.assertIs(tf.get_default_graph(), graph)
        self.assertIs(tf.get_default_session(), session)
        model.score(self.images[:2], importance_samples=10)
        model.sample(3)
      self.assertEmpty(graph.get_operations())
    self.assertEqual(digest(self.folder), before)

  def test_threads_may_share_it(self):
    expected = self.model.encode(self.images, seed=1)
    wrong = []

    def work():
      for _ in range(5):
        found = self.model.encode(self.images, seed=1)
        if not all(map(np.array_equal, found, expected)):
          wrong.append(found)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
      thread.start()
    for thread in threads:
      thread.join()
    self.assertEmpty(wrong)


class PartsTest(parameterized.TestCase):
  """Models of other parts."""

  @parameterized.parameters(
    dict(posterior="full_covariance", likelihood="gaussian", prior="vamp"),
    dict(posterior="iaf", likelihood="discretized_logistic", prior="mixture"),
    dict(posterior="diagonal", likelihood="continuous_bernoulli"),
    dict(posterior="deterministic", code_size=3),
  )
  def test_every_method(self, **model):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    run = make_run(os.path.join(folder, "run"), **model)
    images = toy_dataset().test.images[:3]
    with TrainedModel(run.path) as trained:
      mean, stddev, sample = trained.encode(images)
      self.assertEqual(mean.shape, (3, model.get("code_size", 2)))
      posterior = model["posterior"]
      if posterior in ("iaf", "deterministic"):
        self.assertIsNone(stddev)
      else:
        self.assertTrue((stddev > 0).all())
      if posterior == "deterministic":
        np.testing.assert_array_equal(sample, mean)
      else:
        self.assertTrue((sample != mean).all())
      means, pixels = trained.reconstruct(images)
      self.assertEqual(means.shape, pixels.shape)
      self.assertEqual(trained.sample(4).images.shape, (4, *SHAPE))
      self.assertLen(trained.interpolate(*images[:2], steps=3), 3)
      if posterior != "deterministic":
        self.assertTrue(
          np.isfinite(trained.score(images, importance_samples=5)).all()
        )
        return
      with self.assertRaisesRegex(
        errors.ConfigError, "posterior deterministic has no density"
      ) as caught:
        trained.score(images)
      self.assertNotIn("\n", str(caught.exception))

  def test_scores_only_pixels_that_the_likelihood_has(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    run = make_run(
      os.path.join(folder, "run"), likelihood="discretized_logistic"
    )
    with TrainedModel(run.path) as trained:
      with self.assertRaisesRegex(errors.ConfigError, "store them as uint8"):
        trained.score(np.full((1, *SHAPE), 0.3))


if __name__ == "__main__":
  absltest.main()
