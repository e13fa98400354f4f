from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from vae_graph import config, errors, registry
from vae_graph.data import dataset
from vae_graph.data.pixels import to_unit_interval


def _images(count=4, dtype=np.uint8, shape=(2, 3)):
  values = np.random.RandomState(0).randint(0, 256, (count,) + shape)
  if np.issubdtype(dtype, np.floating):
    return (values / 255).astype(dtype)
  return values.astype(dtype)


def _float_with(value):
  images = _images(dtype=np.float64)
  images[1, 1, 1] = value
  return images


class CheckSplitTest(parameterized.TestCase):
  @parameterized.parameters(
    (np.uint8, np.uint8),
    (np.float16, np.float32),
    (np.float32, np.float32),
    (np.float64, np.float32),
    (">f4", np.float32),
  )
  def test_standard_dtype_with_the_same_values(self, dtype, expected):
    images = _images(dtype=np.dtype(dtype))
    checked = dataset.check_split(dataset.Split(images, None), "x").images
    self.assertEqual(checked.dtype, expected)
    np.testing.assert_allclose(checked, images.astype(float), rtol=1e-6)

  def test_bool_becomes_black_and_white(self):
    images = np.array([[[True, False]]])
    checked = dataset.check_split(dataset.Split(images, None), "x").images
    self.assertEqual(checked.dtype, np.uint8)
    self.assertEqual(checked.tolist(), [[[255, 0]]])

  def test_channels_are_kept(self):
    split = dataset.Split(images=_images(shape=(2, 3, 3)))
    self.assertEqual(dataset.check_split(split, "x").images.shape, (4, 2, 3, 3))

  def test_labels_become_int32(self):
    split = dataset.Split(_images(), np.array([3, 1, 2, 0], np.uint8))
    labels = dataset.check_split(split, "x").labels
    self.assertEqual(labels.dtype, np.int32)
    self.assertEqual(labels.tolist(), [3, 1, 2, 0])

  @parameterized.named_parameters(
    ("flat", _images(shape=(6,)), r"shape \(4, 6\).*reshape"),
    ("rank_5", _images(shape=(2, 3, 1, 1)), r"shape \(4, 2, 3, 1, 1\)"),
    ("no_image", _images(count=0), "at least 1 image"),
    ("no_pixel", _images(shape=(0, 3)), "at least 1 pixel"),
    ("int64", _images(dtype=np.int64) * 2, "to 502 of type int64.*0 to 255"),
    ("negative", -_images(dtype=np.int64), "from -251 .*expected 0 to 255"),
    ("complex", _images().astype(complex), "type complex128"),
    ("object", _images().astype(object), "type object"),
    ("nan", _float_with(np.nan), "pixels that are NaN"),
    ("infinite", _float_with(np.inf), r"to inf, .*\[0, 1\]"),
    ("below", _float_with(-0.5), "pixels from -0.5 to"),
    ("above", _float_with(255), r"to 255.0, .*scale"),
  )
  def test_wrong_images_are_one_clear_line(self, images, pattern):
    with self.assertRaisesRegex(errors.DataError, f"^file.npz: .*{pattern}"):
      dataset.check_split(dataset.Split(images, None), "file.npz")

  @parameterized.named_parameters(
    ("too_few", np.zeros(3, int), r"shape \(3,\) for 4 images"),
    ("one_hot", np.zeros((4, 10), int), r"shape \(4, 10\)"),
    ("float", np.zeros(4), "type float64.*integers"),
    ("text", np.array(list("abcd")), "type <U1.*integers"),
    ("too_large", np.full(4, 2**31), "2147483648.*32 bits"),
  )
  def test_wrong_labels_are_one_clear_line(self, labels, pattern):
    with self.assertRaisesRegex(errors.DataError, f"^file.npz: .*{pattern}"):
      dataset.check_split(dataset.Split(_images(), labels), "file.npz")


class CheckDatasetTest(absltest.TestCase):
  def _assert_fails(self, train, test, pattern):
    data = dataset.Dataset(
      dataset.Split(train, None), dataset.Split(test, None)
    )
    with self.assertRaisesRegex(errors.DataError, pattern):
      dataset.check_dataset(data, "x")

  def test_the_faulty_part_is_named(self):
    self._assert_fails(_images(0), _images(), "x, training split: found no")
    self._assert_fails(_images(), _images(0), "x, test split: found no")

  def test_image_shapes_must_agree(self):
    self._assert_fails(
      _images(), _images(shape=(3, 3)), r"shape \(3, 3\), expected \(2, 3\)"
    )

  def test_dtypes_must_agree(self):
    self._assert_fails(
      _images(), _images(dtype=np.float32), "dtype float32, expected uint8"
    )

  def test_float_widths_may_differ(self):
    data = dataset.check_dataset(
      dataset.Dataset(
        dataset.Split(_images(dtype=np.float64), None),
        dataset.Split(_images(dtype=np.float32), None),
      ),
      "x",
    )
    self.assertEqual(data.train.images.dtype, np.float32)
    self.assertEqual(data.image_shape, (2, 3))


class ToUnitIntervalTest(absltest.TestCase):
  def test_bytes_are_scaled(self):
    scaled = to_unit_interval(np.arange(256, dtype=np.uint8))
    self.assertEqual(scaled.dtype, np.float32)
    np.testing.assert_allclose(scaled, np.arange(256) / 255, rtol=2e-7)
    self.assertEqual((scaled[0], scaled[255]), (0, 1))

  def test_floats_are_left_alone(self):
    images = _images(dtype=np.float32)
    self.assertIs(to_unit_interval(images), images)


class StaticBinarizationTest(absltest.TestCase):
  def test_mean_is_gray_within_the_standard_error(self):
    levels = np.arange(256, dtype=np.uint8)
    count = 4000
    images = np.tile(levels.reshape(1, 16, 16), (count, 1, 1))
    binary = dataset.static_binarization(images, seed=5)
    self.assertEqual(binary.dtype, np.uint8)
    self.assertEqual(np.unique(binary).tolist(), [0, 255])
    gray = levels / 255
    mean = (binary / 255).mean(0).ravel()
    error = np.sqrt(gray * (1 - gray) / count)
    # 4.5 standard errors: one of 256 levels exceeds them in 0.2% of seeds.
    self.assertTrue(np.all(np.abs(mean - gray) <= 4.5 * error))
    self.assertEqual((mean[0], mean[255]), (0, 1))

  def test_floats_and_bytes_give_the_same_draw(self):
    images = _images(count=50)
    np.testing.assert_array_equal(
      dataset.static_binarization(images, seed=1),
      dataset.static_binarization(to_unit_interval(images), seed=1),
    )

  def test_memory_bound_does_not_show_in_the_result(self):
    images = _images(count=50)
    expected = dataset.static_binarization(images, seed=1)
    with mock.patch.object(dataset, "_BINARIZATION_PIXELS", 20):
      np.testing.assert_array_equal(
        dataset.static_binarization(images, seed=1), expected
      )

  def test_the_draw_is_frozen(self):
    # The published start of NumPy's Mersenne Twister for seed 1: 0.417, 0.720,
    # 0.0001, 0.302, 0.147, 0.092, 0.186, 0.346, 0.397, 0.539, 0.419, 0.685.
    images = np.full((1, 3, 4), 0.4, np.float32)
    self.assertEqual(
      (dataset.static_binarization(images, seed=1) // 255).ravel().tolist(),
      [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0],
    )


class LoadDatasetTest(absltest.TestCase):
  def _load(self, data=None, **settings):
    gray = dataset.Split(np.full((8, 5, 5), 128, np.uint8), None)
    data = data or dataset.Dataset(gray, gray)
    with mock.patch.dict(registry.DATASETS, {"mine": lambda config: data}):
      return dataset.load_dataset(config.DataConfig(dataset="mine", **settings))

  def test_gray_stays_gray_unless_static(self):
    for binarization in ("none", "dynamic"):
      loaded = self._load(binarization=binarization)
      self.assertEqual(np.unique(loaded.train.images).tolist(), [128])

  def test_static_is_repeatable_and_differs_between_the_splits(self):
    first, second = (self._load(binarization="static") for _ in range(2))
    self.assertEqual(np.unique(first.train.images).tolist(), [0, 255])
    np.testing.assert_array_equal(first.train.images, second.train.images)
    np.testing.assert_array_equal(first.test.images, second.test.images)
    self.assertTrue(np.any(first.train.images != first.test.images))

  def test_an_own_source_is_checked_and_named(self):
    empty = dataset.Split(_images(0), None)
    with self.assertRaisesRegex(
      errors.DataError, r"^data set mine \(/folder\), training split: "
    ):
      self._load(dataset.Dataset(empty, empty), data_dir="/folder")


class HoldOutTest(parameterized.TestCase):
  def _split(self, count):
    images = np.arange(count, dtype=np.uint8).reshape(count, 1, 1)
    return dataset.Split(images, np.arange(count) * 2)

  @parameterized.parameters((10, 0.1, 1), (10, 0.25, 2), (7, 0.9, 6))
  def test_every_image_is_in_one_part_with_its_label(
    self, count, test_fraction, test_count
  ):
    data = dataset.hold_out(self._split(count), test_fraction, name="x")
    self.assertLen(data.test.images, test_count)
    both = np.concatenate([data.train.images, data.test.images]).ravel()
    self.assertCountEqual(both, range(count))
    for part in data:
      np.testing.assert_array_equal(part.labels, part.images.ravel() * 2)

  def test_the_parts_are_frozen(self):
    first, second = (
      dataset.hold_out(self._split(100), 0.2, name="x") for _ in range(2)
    )
    np.testing.assert_array_equal(first.test.labels, second.test.labels)
    order = np.random.RandomState(3).permutation(100)
    np.testing.assert_array_equal(first.test.labels, 2 * order[:20])

  def test_no_labels_stay_none(self):
    data = dataset.hold_out(
      self._split(10)._replace(labels=None), 0.1, name="x"
    )
    self.assertIsNone(data.train.labels)
    self.assertIsNone(data.test.labels)

  @parameterized.parameters((1, 0.5), (4, 0.1), (1, 0.9))
  def test_no_part_may_be_empty(self, count, test_fraction):
    with self.assertRaisesRegex(errors.DataError, f"x: found {count} images"):
      dataset.hold_out(self._split(count), test_fraction, name="x")

  def test_labels_are_checked_first(self):
    split = self._split(10)
    with self.assertRaisesRegex(errors.DataError, "9.* for 10 images"):
      dataset.hold_out(split._replace(labels=split.labels[1:]), 0.1, name="x")


class MemoryTest(absltest.TestCase):
  def test_what_does_not_fit_is_refused_in_a_line(self):
    def too_large(config):
      raise MemoryError

    with mock.patch.dict(registry.DATASETS.data):
      registry.DATASETS["large"] = too_large
      with self.assertRaisesRegex(
        errors.DataError, "^data set large: found more than fits into memory"
      ):
        dataset.load_dataset(config.DataConfig(dataset="large"))


if __name__ == "__main__":
  absltest.main()
