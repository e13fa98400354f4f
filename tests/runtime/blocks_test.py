import numpy as np
from absl.testing import absltest

from vae_graph.compat import tf
from vae_graph.runtime import blocks


class BlocksTest(absltest.TestCase):
  def test_as_many_images_as_the_largest_op_leaves_room_for(self):
    with tf.Graph().as_default():
      images = tf.placeholder(tf.float32, [None, 10, 20])
      wide = tf.matmul(tf.reshape(images, [-1, 200]), tf.zeros([200, 1000]))
      narrow = tf.reduce_sum(wide + 1.0, axis=-1)
      # 2000 numbers of 4 bytes in and out of the sum, twice.
      for memory, expected in ((16000, 1), (160000, 10), (100, 1), (1e9, 50)):
        found = blocks.images_at_once([narrow], at_most=50, memory=memory)
        self.assertEqual(found, expected)
      found = blocks.images_at_once(
        [narrow], at_most=50, samples=5, memory=160000
      )
      self.assertEqual(found, 2)
      encoder = tf.reduce_sum(images, axis=[1, 2])
      self.assertEqual(
        blocks.images_at_once([encoder], at_most=999, memory=16080), 10
      )

  def test_only_huge_images_have_smaller_groups(self):
    for shape in ((28, 28), (256, 256), (128, 128, 3)):
      self.assertEqual(blocks.group_size(shape, at_most=1000), 1000)
    for shape in ((700, 700), (4000, 6000, 3), (9000, 9000)):
      size = blocks.group_size(shape, at_most=1000)
      self.assertBetween(size, 1, 999)
      self.assertLessEqual(size * np.prod(shape), max(2**26, np.prod(shape)))


if __name__ == "__main__":
  absltest.main()
