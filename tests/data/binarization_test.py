import numpy as np
from absl.testing import absltest

from vae_graph.compat import tf
from vae_graph.data.binarization import binarize


class BinarizationTest(absltest.TestCase):
  def test_pixels_are_one_with_probability_gray(self):
    gray = np.random.RandomState(0).rand(3, 4).astype(np.float32)
    gray[0, :2] = 0, 1
    with tf.Graph().as_default(), tf.Session() as session:
      images = tf.constant(np.tile(gray, (4000, 1, 1)))
      first, again, other = session.run(
        [
          binarize(images, (0, 1)),
          binarize(images, (0, 1)),
          binarize(images, (0, 2)),
        ]
      )
    self.assertEqual(set(np.unique(first)), {0, 1})
    error = np.sqrt(gray * (1 - gray) / 4000) + 1e-9
    self.assertLess((np.abs(first.mean(0) - gray) / error).max(), 5)
    np.testing.assert_array_equal(first, again)
    self.assertFalse(np.array_equal(first, other))


if __name__ == "__main__":
  absltest.main()
