import numpy as np
from absl.testing import absltest, parameterized

from tests.training.toy import toy_dataset
from vae_graph import config, errors
from vae_graph.compat import tf
from vae_graph.data import batches
from vae_graph.data.pixels import to_unit_interval
from vae_graph.randomness import epoch_order


class BatchesTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.session = self.enter_context(tf.Session())
    self.data = tf.placeholder(tf.float32, [None, 6, 5])

  def _make(self, images, mode, batch_size=10, **settings):
    training = config.TrainingConfig(batch_size=batch_size, input_mode=mode)
    return batches.make_batches(images, training, data=self.data, **settings)

  @parameterized.product(
    mode=("feed", "resident"),
    dtype=(np.uint8, np.float32),
    rows=(None, slice(0, 5), slice(5, 10)),
  )
  def test_batches_follow_the_epochs_order(self, mode, dtype, rows):
    images = toy_dataset(dtype=dtype).train.images
    source = self._make(images, mode, rows=rows)
    self.assertEqual(source.steps_per_epoch, 6)
    step = tf.placeholder(tf.int64, [])
    batch = source.batch(step)
    source.load(self.session)
    for now in range(15):
      feed = {**source.feed(self.session, now), step: now}
      epoch, position = divmod(now, 6)
      chosen = epoch_order(0, epoch, num_images=64)[
        position * 10 : position * 10 + 10
      ]
      expected = to_unit_interval(images[chosen])[rows or slice(None)]
      for found in (self.session.run(batch, feed), source.images_of(now)):
        np.testing.assert_array_equal(found, expected)

  def test_no_image_is_dropped_for_good(self):
    seen = set()
    for epoch in range(10):
      seen.update(epoch_order(0, epoch, num_images=64)[:60])
    self.assertLen(seen, 64)

  def test_resident_images_are_neither_saved_nor_in_the_graph(self):
    images = toy_dataset(num_train=5000).train.images
    self._make(images, "resident")
    self.assertEmpty(tf.global_variables() + tf.local_variables())
    self.assertLen(tf.get_collection(batches.RESIDENT_COLLECTION), 2)
    self.assertLess(tf.get_default_graph().as_graph_def().ByteSize(), 10000)

  def test_auto_is_resident_until_the_images_are_too_large(self):
    images = toy_dataset().train.images
    self.assertIsInstance(self._make(images, "auto"), batches.ResidentBatches)
    # As large as it looks, but of one byte in memory.
    huge = np.broadcast_to(np.uint8(0), (10**7, 28, 28))
    self.assertIsInstance(self._make(huge, "auto"), batches.FeedBatches)

  def test_fewer_images_than_a_batch_are_refused(self):
    with self.assertRaisesRegex(errors.ConfigError, "64, found 65"):
      self._make(toy_dataset().train.images, "feed", batch_size=65)


class UnitIntervalTest(absltest.TestCase):
  def test_tensorflow_and_numpy_scale_bytes_alike(self):
    values = np.arange(256, dtype=np.uint8)
    with tf.Graph().as_default(), tf.Session() as session:
      scaled = session.run(
        tf.cast(tf.constant(values), tf.float32) * batches.PIXEL_SCALE
      )
    np.testing.assert_array_equal(scaled, to_unit_interval(values))
    np.testing.assert_allclose(scaled, values / 255.0, rtol=1e-6)
    self.assertEqual((scaled[0], scaled[255]), (0, 1))


if __name__ == "__main__":
  absltest.main()
