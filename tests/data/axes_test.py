import dataclasses
import itertools
import logging
import re

import numpy as np
from absl.testing import absltest, parameterized

from vae_graph import errors
from vae_graph.data import axes, dataset


class AxesTest(parameterized.TestCase):
  @parameterized.parameters(
    ((60, 12, 12),),
    ((20, 4, 3),),
    ((28, 28, 28),),
    ((6, 4, 8000),),
    ((1, 12, 12),),
    ((60, 8, 8, 1),),
    ((60, 8, 8, 2),),
    ((60, 8, 8, 4),),
    ((60, 7, 6, 5),),
    ((60, 9, 9, 200),),
    ((60, 64, 48, 13),),
    ((1, 8, 8, 3),),
    ((16, 16, 16, 3),),
    ((2,),),
  )
  def test_images_are_left_as_they_are(self, shape):
    images = np.zeros(shape, np.uint8)
    with self.assertLogs(axes.__name__, logging.WARNING) as logs:
      logging.getLogger(axes.__name__).warning("the only one")
      self.assertIs(axes.arrange(images, "auto", name="x"), images)
      self.assertIs(axes.arrange(images, "channels_last", name="x"), images)
    self.assertLen(logs.output, 1)

  @parameterized.parameters(
    ((60, 3, 16, 16), (0, 2, 3, 1)),
    ((60, 1, 28, 28), (0, 2, 3, 1)),
    ((60, 1, 4, 30), (0, 2, 3, 1)),
    ((60, 4, 8, 8), (0, 2, 3, 1)),
    ((60, 3, 20, 16), (0, 2, 3, 1)),
    ((60, 10, 64, 64), (0, 2, 3, 1)),
    ((60, 13, 64, 48), (0, 2, 3, 1)),
    ((32, 32, 3, 60), (3, 0, 1, 2)),
    ((20, 16, 1, 60), (3, 0, 1, 2)),
    ((32, 32, 5, 60), (3, 0, 1, 2)),
    ((3, 16, 16, 60), (3, 1, 2, 0)),
    ((1, 28, 20, 60), (3, 1, 2, 0)),
    ((28, 28, 60), (2, 0, 1)),
    ((28, 60, 28), (1, 0, 2)),
    ((28, 28, 60, 1), (2, 0, 1, 3)),
    ((3, 60, 32, 32), (1, 2, 3, 0)),
    ((1, 60, 32, 32), (1, 2, 3, 0)),
    ((60, 28, 1, 28), (0, 1, 3, 2)),
    # Two readings fit.
    ((60, 28, 1, 20), (0, 1, 3, 2)),
    ((60, 28, 1, 20), (3, 0, 1, 2)),
    ((3, 60, 32, 20), (1, 2, 3, 0)),
    ((3, 60, 32, 20), (3, 1, 2, 0)),
    ((32, 32, 3, 4), (2, 0, 1, 3)),
    ((32, 32, 3, 4), (3, 0, 1, 2)),
    ((32, 32, 1, 3), (2, 0, 1, 3)),
    ((32, 32, 1, 3), (3, 0, 1, 2)),
  )
  def test_another_order_is_refused_with_what_mends_it(self, shape, order):
    images = np.zeros(shape, np.uint8)
    with self.assertRaises(errors.DataError) as caught:
      axes.arrange(images, "auto", name="file.npz")
    self.assertIn(
      f"file.npz: found images of shape {shape}", str(caught.exception)
    )
    self.assertIn(f"images.transpose{order}", str(caught.exception))
    self.assertIsNone(axes.other_order(images.transpose(order).shape))
    # Whoever knows better says so.
    with self.assertLogs(axes.__name__, logging.WARNING):
      self.assertIs(axes.arrange(images, "channels_last", name="x"), images)

  @parameterized.parameters(
    (60, 1), (60, 3), (60, 4), (5000, 3), (2, 3), (1, 3), (2, 1), (60, 13)
  )
  def test_square_images_are_brought_back_from_any_order(self, count, channels):
    images = np.random.RandomState(0).randint(256, size=(count, 8, 8, channels))
    for order in itertools.permutations(range(4)):
      mixed = images.transpose(order)
      found = axes.other_order(mixed.shape)
      if found is None:
        self.assertEqual(mixed.shape[1:3], (8, 8))
        continue
      # What is advised, once or twice.
      advised = re.findall(r"transpose\(([\d, ]+)\)", found[1])
      self.assertLen(advised, 1 if count > 4 >= channels else 2)
      self.assertTrue(
        any(
          # Rows and columns of squares may be exchanged.
          np.array_equal(images, each)
          or np.array_equal(images, each.swapaxes(1, 2))
          for each in (
            mixed.transpose([int(axis) for axis in text.split(",")])
            for text in advised
          )
          if each.shape == images.shape
        ),
        f"{mixed.shape}: {found}",
      )

  @parameterized.parameters(
    ((60, 3, 3, 3),), ((60, 3, 16, 3),), ((60, 3, 3, 32),), ((3, 8, 8, 2),)
  )
  def test_an_ambiguous_shape_is_taken_and_said(self, shape):
    random = np.random.RandomState(0)
    images = random.randint(256, size=shape).astype(np.uint8)
    with self.assertLogs(axes.__name__, logging.WARNING) as logs:
      self.assertIs(axes.arrange(images, "auto", name="x"), images)
    self.assertRegex(logs.output[0], "taken as channels_last: [36]0? images of")
    with self.assertLogs(axes.__name__, logging.WARNING) as logs:
      arranged = axes.arrange(images, "channels_first", name="x")
    np.testing.assert_array_equal(arranged, images.transpose(0, 2, 3, 1))
    self.assertIn("as channels_first: ", logs.output[0])

  @parameterized.parameters(
    ((60, 3, 16, 18), (16, 18, 3), "transpose them, .*(0, 2, 3, 1)"),
    ((16, 18, 3, 60), (16, 18, 3), "transpose them, .*(3, 0, 1, 2)"),
    ((16, 18, 60), (16, 18), "transpose them, .*(2, 0, 1)"),
    ((16, 18), (16, 18), r"images\[None\]"),
    ((60, 16, 18, 1), (16, 18), r"images\[..., 0\]"),
    ((60, 16, 18), (16, 18, 1), r"images\[..., None\]"),
  )
  def test_of_a_known_shape_it_is_known_what_mends(self, shape, known, text):
    self.assertRegex(axes.mend(shape, known), text)

  def test_nothing_mends_other_images(self):
    self.assertIsNone(axes.mend((60, 17, 17, 3), (16, 18, 3)))

  def test_a_data_set_from_elsewhere_is_looked_at(self):
    train, test = (
      dataset.Split(np.zeros((count, 3, 16, 16), np.uint8), None)
      for count in (60, 2)
    )
    data = dataset.Dataset(train, test)
    with self.assertRaisesRegex(errors.DataError, "^mine: .*transpose"):
      dataset.check_dataset(data, "mine")
    known = dataclasses.replace(data, channels_last=True)
    checked = dataset.check_dataset(known, "mine")
    self.assertIs(checked.train.images, train.images)
    data = dataset.check_dataset(data, "mine", data_format="channels_first")
    self.assertEqual(data.image_shape, (16, 16, 3))
    self.assertEqual(data.test.images.shape, (2, 16, 16, 3))

  def test_counts_that_tell_are_used(self):
    gray = np.zeros((12, 10, 30), np.uint8)
    data = dataset.Dataset(
      dataset.Split(gray, None), dataset.Split(gray[..., :8], None)
    )
    with self.assertRaisesRegex(errors.DataError, r"transpose\(2, 0, 1\)"):
      dataset.check_dataset(data, "x")
    with self.assertRaisesRegex(errors.DataError, r"transpose\(2, 0, 1\)"):
      dataset.check_split(dataset.Split(gray, np.zeros(30, int)), "x")


if __name__ == "__main__":
  absltest.main()
