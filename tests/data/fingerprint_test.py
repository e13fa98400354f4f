import tracemalloc

import numpy as np
from absl.testing import absltest

import vae_graph
from tests.training.toy import toy_dataset
from vae_graph.data.fingerprint import dataset_fingerprint, fingerprint


class FingerprintTest(absltest.TestCase):
  def test_any_bit_counts(self):
    array = np.arange(3000, dtype=np.uint8).reshape(30, 10, 10)
    known = fingerprint([array])
    self.assertRegex(known, "^[0-9a-f]{32}$")
    self.assertEqual(fingerprint([array.copy()]), known)
    self.assertEqual(fingerprint([np.asfortranarray(array)]), known)
    self.assertEqual(fingerprint([np.repeat(array, 2, axis=0)[::2]]), known)
    for place in ((0, 0, 0), (29, 9, 9), (17, 3, 5)):
      other = array.copy()
      other[place] ^= 1
      self.assertNotEqual(fingerprint([other]), known)

  def test_shape_dtype_and_order_count(self):
    array = np.zeros((4, 6), np.float32)
    different = [
      [array],
      [array.reshape(6, 4)],
      [array.view(np.int32)],
      [array, None],
      [None, array],
      [array, array],
      [array[:0]],
      [np.float32(0)],
      [],
    ]
    self.assertLen(set(map(fingerprint, different)), len(different))

  def test_memory_is_bounded(self):
    array = np.zeros((40, 1024, 1024), np.uint8)
    tracemalloc.start()
    self.addCleanup(tracemalloc.stop)
    # Worst where it is in no order that can be read as it lies.
    fingerprint([array[:, :, ::-1]])
    self.assertLess(tracemalloc.get_traced_memory()[1], 2**24)

  def test_of_a_dataset(self):
    dataset = toy_dataset()
    found = dataset_fingerprint(dataset)
    expected = {
      "train": {"images": 64, "shape": [6, 5], "dtype": "uint8"},
      "test": {"images": 23, "shape": [6, 5], "dtype": "uint8"},
    }
    for name, split in found.items():
      self.assertEqual(dict(expected[name], hash=split["hash"]), split)
    # Labels count.
    train = dataset.train._replace(labels=None)
    other = dataset_fingerprint(vae_graph.Dataset(train, dataset.test))
    self.assertNotEqual(other["train"], found["train"])
    self.assertEqual(other["test"], found["test"])


if __name__ == "__main__":
  absltest.main()
