import hashlib

import numpy as np
from absl.testing import absltest
from scipy import stats

from vae_graph import errors, randomness
from vae_graph.compat import tf


def evaluate(tensors):
  with tf.Session() as session:
    return session.run(tensors)


# Written down on TF 1.15.5; every other TensorFlow must give the same bits.
SEED = 3293462410876519996
NOISE = [-0.1384708434343338, 0.36303868889808655]
ORDER = [369, 51, 513, 908, 567]
BATCHES = "55652011244e78ee79a57cde00dd147d59f98732be43e677d1c4aa10a7d3dde5"


class RandomnessTest(absltest.TestCase):
  def test_step_seeds_differ_by_every_argument(self):
    with tf.Graph().as_default():
      seeds = evaluate(
        [
          randomness.step_seed(0, 0),
          randomness.step_seed(1, 0),
          randomness.step_seed(0, 1),
          randomness.step_seed(0, 0, purpose="binarization"),
          randomness.step_seed(0, 0, replica=1),
          randomness.fold_in(randomness.step_seed(0, 0), "prior"),
        ]
      )
    self.assertLen({tuple(seed) for seed in seeds}, len(seeds))
    self.assertEqual(seeds[0].dtype, np.int64)

  def test_step_seed_is_a_function_of_its_arguments(self):
    with tf.Graph().as_default():
      step = tf.constant(7, tf.int64)
      first, second, constant = evaluate(
        [
          randomness.step_seed(3, step),
          randomness.step_seed(3, step),
          randomness.step_seed(3, 7),
        ]
      )
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, constant)

  def test_seeds_and_draws_are_the_same_on_every_tensorflow(self):
    with tf.Graph().as_default():
      seed = randomness.step_seed(0, 1)
      noise = tf.random.stateless_normal([2], seed)
      seed, noise = evaluate([seed, noise])
    np.testing.assert_array_equal(seed, [SEED, 1])
    np.testing.assert_array_equal(noise, np.float32(NOISE))

  def test_noise_of_consecutive_steps_is_standard_and_uncorrelated(self):
    with tf.Graph().as_default():
      draws = evaluate(
        [
          tf.random.stateless_normal([2000], randomness.step_seed(0, step))
          for step in range(2)
        ]
      )
    self.assertGreater(stats.kstest(draws[0], "norm").pvalue, 1e-3)
    self.assertLess(abs(np.corrcoef(draws)[0, 1]), 4 / np.sqrt(2000))

  def test_rows_of_a_batch_are_those_of_the_whole_batch(self):
    for axis, shape in ((0, [6, 2]), (1, [3, 6, 2])):
      with tf.Graph().as_default():
        whole = randomness.normal(shape, (1, 2), batch_axis=axis)
        parts = []
        for start, rows in ((0, 2), (2, 4)):
          seed = randomness.BatchSeed((1, 2), start, total=6)
          part = shape[:axis] + [rows] + shape[axis + 1 :]
          parts.append(randomness.normal(part, seed, batch_axis=axis))
        whole, parts = evaluate([whole, tf.concat(parts, axis)])
      np.testing.assert_array_equal(whole, parts)

  def test_which_rows_may_be_fed(self):
    with tf.Graph().as_default(), tf.Session() as session:
      start = tf.placeholder_with_default(0, [])
      total = tf.placeholder_with_default(0, [])
      rows = tf.placeholder(tf.int32, [])
      seed = randomness.BatchSeed((1, 2), start, total)
      draw = randomness.normal(tf.stack([3, rows, 2]), seed, batch_axis=1)
      whole = session.run(draw, {rows: 6})
      for fed in ({}, {total: 6}):
        part = session.run(draw, {rows: 2, start: 4, **fed})
        np.testing.assert_array_equal(part, whole[:, 4:])
      # As a seed without rows.
      alone = randomness.normal([3, 6, 2], (1, 2))
      np.testing.assert_array_equal(session.run(alone), whole)

  def test_fold_in_reaches_into_a_batch_seed(self):
    with tf.Graph().as_default():
      seed = randomness.fold_in(randomness.BatchSeed((1, 2), 3, 6), "prior")
      self.assertEqual(seed[1:], (3, 6))
      one, other = evaluate([seed.seed, randomness.fold_in((1, 2), "prior")])
    np.testing.assert_array_equal(one, other)

  def test_epoch_order_is_a_frozen_permutation(self):
    order = randomness.epoch_order(0, 0, num_images=1000)
    np.testing.assert_array_equal(np.sort(order), np.arange(1000))
    self.assertEqual(order.dtype, np.int32)
    np.testing.assert_array_equal(order[:5], ORDER)

  def test_first_thousand_batches_of_mnist_are_the_same_everywhere(self):
    # 600 batches of 100 an epoch; written down on TF 1.15.5, NumPy 1.18.
    batches = [
      randomness.epoch_order(0, epoch, num_images=60000).reshape(600, 100)
      for epoch in range(2)
    ]
    indices = np.concatenate(batches)[:1000].astype("<i4")
    self.assertEqual(hashlib.sha256(indices.tobytes()).hexdigest(), BATCHES)

  def test_epoch_orders_differ_by_seed_and_epoch(self):
    orders = [
      tuple(randomness.epoch_order(seed, epoch, num_images=50))
      for seed in range(3)
      for epoch in range(3)
    ]
    self.assertLen(set(orders), 9)

  def test_evaluation_seeds_differ_by_batch(self):
    first, second = map(randomness.evaluation_seed, (0, 100))
    self.assertFalse(np.array_equal(first, second))


class NoiseInputsTest(absltest.TestCase):
  def test_each_purpose_and_kind_has_a_placeholder(self):
    with tf.Graph().as_default():
      noise = randomness.NoiseInputs("score")
      count = tf.placeholder(tf.int32, [])
      component = randomness.fold_in(noise, "component")
      first = randomness.normal([count, 3], noise)
      self.assertIs(randomness.normal([count, 3], noise), first)
      with tf.name_scope("deep"):
        randomness.uniform([count], noise)
        randomness.normal([2, 5], component)
        randomness.uniform([2], randomness.fold_in(component, "a part's"))
    self.assertEqual(
      {
        name: (each.name, each.shape.as_list())
        for name, each in noise.placeholders.items()
      },
      {
        "noise": ("score/noise:0", [None, 3]),
        "uniform": ("score/uniform:0", [None]),
        "component_noise": ("score/component_noise:0", [2, 5]),
        "component_a_part_s_uniform": (
          "score/component_a_part_s_uniform:0",
          [2],
        ),
      },
    )

  def test_two_shapes_are_no_one_input(self):
    with tf.Graph().as_default():
      noise = randomness.NoiseInputs("score")
      randomness.normal([2], noise)
      with self.assertRaisesRegex(errors.UnsupportedError, "noise.*fold_in"):
        randomness.normal([3], noise)


if __name__ == "__main__":
  absltest.main()
