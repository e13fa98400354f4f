import glob
import os
import tempfile

import numpy as np
from absl.testing import absltest

from vae_graph.compat import tf
from vae_graph.training.events import EventWriter


class HistogramTest(absltest.TestCase):
  def _write(self, values):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    with tf.Graph().as_default(), EventWriter(folder) as events:
      events.histogram("name", values, step=3)
    events = [
      event
      for path in glob.glob(os.path.join(folder, "*"))
      for event in tf.train.summary_iterator(path)
      if event.summary.value
    ]
    if not events:
      return None
    (event,) = events
    self.assertEqual(event.step, 3)
    (value,) = event.summary.value
    self.assertEqual(value.tag, "name")
    return value.histo

  def test_counts_each_value_in_its_bucket(self):
    values = np.random.RandomState(0).gamma(1.0, size=200)
    found = self._write(values)
    self.assertEqual(found.num, 200)
    self.assertAlmostEqual(found.sum, values.sum())
    self.assertAlmostEqual(found.sum_squares, (values**2).sum())
    self.assertEqual((found.min, found.max), (values.min(), values.max()))
    below = [np.sum(values < limit) for limit in found.bucket_limit[:-1]]
    np.testing.assert_array_equal(np.cumsum(found.bucket), below + [200])
    self.assertEqual(found.bucket_limit[-1], values.max())

  def test_a_single_value_lies_within_the_limits(self):
    found = self._write([2.0])
    self.assertLess(found.min, 2.0)
    self.assertGreater(found.max, 2.0)
    limits = [found.min] + list(found.bucket_limit)
    self.assertTrue(np.all(np.diff(limits) > 0))

  def test_leaves_out_what_is_not_finite(self):
    self.assertEqual(self._write([1.0, np.inf, np.nan, 2.0]).num, 2)
    self.assertIsNone(self._write([np.nan]))


if __name__ == "__main__":
  absltest.main()
