import numpy as np
from absl.testing import absltest, parameterized

from vae_graph import errors
from vae_graph.data import pixels


class PixelsTest(parameterized.TestCase):
  @parameterized.parameters(np.int8, np.int16, np.int32, np.int64, np.uint32)
  def test_integers_of_bytes_are_bytes(self, dtype):
    levels = np.array([0, 7, 127 if dtype is np.int8 else 255], dtype)
    found = pixels.to_standard(levels, "x")
    self.assertEqual(found.dtype, np.uint8)
    np.testing.assert_array_equal(found, levels)

  @parameterized.parameters("<u2", ">u2")
  def test_16_bits_keep_their_depth(self, dtype):
    levels = np.arange(2**16).astype(dtype)
    found = pixels.to_standard(levels, "x")
    self.assertEqual(found.dtype, np.float32)
    np.testing.assert_allclose(found, levels / 65535, rtol=1e-6)
    self.assertLen(np.unique(found), 2**16)
    self.assertEqual((found[0], found[-1]), (0, 1))

  @parameterized.parameters(np.uint16, np.int16, np.int64)
  def test_white_level(self, dtype):
    levels = np.array([0, 17, 4095], dtype)
    found = pixels.to_standard(levels, "x", white_level=4095)
    np.testing.assert_allclose(found, levels / 4095, rtol=1e-6)
    with self.assertRaisesRegex(errors.DataError, "0 to 4094.*--white_level"):
      pixels.to_standard(levels, "x", white_level=4094)
    byte = np.array([255], np.uint8)
    self.assertIs(pixels.to_standard(byte, "x", white_level=1), byte)

  @parameterized.parameters(
    (np.float16, 2e-3), (np.float32, 1e-7), (np.float64, 1e-7)
  )
  def test_rounding_is_clipped_and_more_is_refused(self, dtype, rounding):
    images = np.array([-rounding, 0.5, 1 + rounding], dtype)
    before = images.copy()
    found = pixels.to_standard(images, "x")
    self.assertEqual(found.dtype, np.float32)
    np.testing.assert_array_equal(found, [0, 0.5, 1])
    np.testing.assert_array_equal(images, before)
    for beyond in (-20 * rounding, 1 + 20 * rounding):
      with self.assertRaisesRegex(errors.DataError, r"pixels from .*\[0, 1\]"):
        pixels.to_standard(np.array([beyond, 0.5], dtype), "x")

  def test_what_is_standard_is_not_copied(self):
    for images in (np.zeros(3, np.uint8), np.ones(3, np.float32)):
      self.assertIs(pixels.to_standard(images, "x"), images)


if __name__ == "__main__":
  absltest.main()
