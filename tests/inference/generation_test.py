import types

import numpy as np
from absl.testing import absltest, parameterized
from scipy import stats

from vae_graph.inference import generation
from vae_graph.inference.inference_graph import Encoded
from vae_graph.inference.interpolation import lerp, slerp

# Of a learned prior's samples.
_MEAN = np.array([5.0, -2.0, 0.0])
_STDDEV = np.array([0.1, 2.0, 1.0])


class _Model:
  """Stands in for a `TrainedModel`; its images are the codes themselves."""

  def __init__(self, prior="standard_normal", code_size=3, has_stddev=True):
    model = types.SimpleNamespace(prior=prior, code_size=code_size)
    self.config = types.SimpleNamespace(model=model)
    self._has_stddev = has_stddev

  def encode(self, images):
    means = images[:, 0]
    stddev = np.full_like(means, 0.5) if self._has_stddev else None
    return Encoded(means, stddev, means)

  def decode(self, codes):
    assert codes.dtype == np.float32
    return codes[:, np.newaxis]

  def sample_codes(self, n):
    noise = np.random.RandomState(0).randn(n, len(_MEAN))
    return (_MEAN + _STDDEV * noise).astype(np.float32)

  def interpolate(self, image_a, image_b, *, steps, spherical=False):
    interpolation = slerp if spherical else lerp
    return self.decode(interpolation(image_a[0], image_b[0], steps=steps))


class PlaneTest(parameterized.TestCase):
  @parameterized.parameters(((0, 1),), ((2, 0),))
  def test_values_are_quantiles_of_the_prior(self, dimensions):
    plane = generation.decode_plane(
      _Model(), grid_size=7, dimensions=dimensions
    )
    quantiles = stats.norm.ppf((np.arange(7) + 0.5) / 7)
    np.testing.assert_allclose(plane.values_x, quantiles, atol=1e-12)
    np.testing.assert_allclose(plane.values_y, quantiles, atol=1e-12)
    self.assertEqual(plane.dimensions, dimensions)
    across, up = dimensions
    for row in range(7):
      for column in range(7):
        code = np.zeros(3)
        code[across], code[up] = quantiles[column], quantiles[row]
        np.testing.assert_allclose(plane.codes[row, column], code, atol=1e-6)

  def test_images_are_those_of_the_codes(self):
    plane = generation.decode_plane(_Model(), grid_size=4)
    self.assertEqual(plane.images.shape, (4, 4, 1, 3))
    np.testing.assert_array_equal(plane.images[:, :, 0], plane.codes)

  def test_learned_prior_goes_over_the_range_of_its_samples(self):
    plane = generation.decode_plane(_Model("mixture"), grid_size=5)
    for values, index in ((plane.values_x, 0), (plane.values_y, 1)):
      ends = stats.norm.ppf([0.01, 0.99], _MEAN[index], _STDDEV[index])
      np.testing.assert_allclose(
        values, np.linspace(*ends, num=5), atol=0.3 * _STDDEV[index]
      )
      np.testing.assert_allclose(np.diff(values, 2), 0, atol=1e-6)
      self.assertEqual(values.dtype, np.float64)
    # The other dimension stays at the mean.
    np.testing.assert_allclose(plane.codes[..., 2], _MEAN[2], atol=0.15)
    self.assertEqual(np.ptp(plane.codes[..., 2]), 0)


class TraversalsTest(absltest.TestCase):
  def _assert_one_dimension_moves(self, traversals, middle):
    codes = traversals.codes
    np.testing.assert_array_equal(traversals.images[:, :, 0], codes)
    for row in range(len(codes)):
      for index in range(len(codes)):
        expected = traversals.values if index == row else middle[index]
        np.testing.assert_allclose(codes[row, :, index], expected, rtol=1e-6)

  def test_standard_prior_goes_from_minus_to_plus_three(self):
    traversals = generation.decode_traversals(_Model(), steps=5)
    np.testing.assert_allclose(traversals.values, [-3, -1.5, 0, 1.5, 3])
    self.assertEqual(traversals.values.dtype, np.float64)
    self.assertEqual(traversals.images.shape, (3, 5, 1, 3))
    self._assert_one_dimension_moves(traversals, np.zeros(3))

  def test_learned_prior_goes_over_the_range_of_all_dimensions(self):
    model = _Model("vamp")
    traversals = generation.decode_traversals(model, steps=9)
    samples = model.sample_codes(1000).astype(np.float64)
    low, high = stats.scoreatpercentile(samples, [1, 99], axis=0)
    np.testing.assert_allclose(
      traversals.values, np.linspace(low.min(), high.max(), 9), rtol=1e-6
    )
    self._assert_one_dimension_moves(traversals, samples.mean(axis=0))


class InterpolationTest(absltest.TestCase):
  def test_straight_and_spherical(self):
    start, end = np.eye(3, dtype=np.float32)[:2, np.newaxis]
    found = generation.interpolate_both(
      _Model(), image_a=start, image_b=end, steps=3
    )
    np.testing.assert_array_equal(found.image_a, start)
    np.testing.assert_array_equal(found.image_b, end)
    np.testing.assert_allclose(found.linear[1, 0], [0.5, 0.5, 0], atol=1e-6)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(
      found.spherical[1, 0], [half, half, 0], atol=1e-6
    )

  def test_one_dimension_has_no_arc(self):
    start, end = np.array([[[1.0]], [[2.0]]], np.float32)
    found = generation.interpolate_both(
      _Model(code_size=1), image_a=start, image_b=end, steps=3
    )
    np.testing.assert_allclose(found.linear[:, 0, 0], [1, 1.5, 2])
    self.assertIsNone(found.spherical)


class UsageTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    # The most KL has the last dimension, by its mean; it hardly varies.
    noise = np.random.RandomState(0).randn(50, 3)
    codes = noise * [0.1, 2.0, 0.01] + [0, 0, 4]
    self.images = codes[:, np.newaxis].astype(np.float32)

  def test_order_by_kl(self):
    usage = generation.measure_usage(_Model(), self.images)
    # E_q[log q - log p] of Gaussians, by their entropy and second moment.
    means = self.images[:, 0]
    entropy = stats.norm.entropy(scale=0.5)
    cross = 0.5 * np.log(2 * np.pi) + 0.5 * (means**2 + 0.25)
    np.testing.assert_allclose(
      usage.kl, (cross - entropy).mean(axis=0), rtol=1e-5
    )
    np.testing.assert_allclose(
      usage.variances, stats.tvar(means, axis=0), rtol=1e-4
    )
    self.assertEqual(usage.order().tolist(), [2, 1, 0])

  @parameterized.parameters(
    dict(prior="mixture"), dict(prior="vamp"), dict(has_stddev=False)
  )
  def test_order_by_variance_without_kl(self, **settings):
    usage = generation.measure_usage(_Model(**settings), self.images)
    self.assertIsNone(usage.kl)
    self.assertEqual(usage.order().tolist(), [1, 0, 2])

  def test_equals_stay_in_order_and_one_image_has_no_variance(self):
    usage = generation.Usage(np.array([1.0, 2.0, 1.0, 2.0]), np.zeros(4))
    self.assertEqual(usage.order().tolist(), [1, 3, 0, 2])
    single = generation.measure_usage(_Model(has_stddev=False), self.images[:1])
    self.assertEqual(single.order().tolist(), [0, 1, 2])


if __name__ == "__main__":
  absltest.main()
