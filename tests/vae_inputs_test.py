"""What a model takes, and what it refuses before any op is made."""

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors
from vae_graph.compat import tf

SMALL = vae_graph.ModelConfig(hidden_units=(3,), code_size=2)


class InputsTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.graph = self.enter_context(tf.Graph().as_default())
    self.vae = vae_graph.VAE(SMALL, (4, 5))

  def _assert_refused(self, call, value, message):
    before = len(self.graph.get_operations())
    with self.assertRaises(errors.TensorError) as caught:
      call(value)
    self.assertEqual(str(caught.exception), message)
    self.assertLen(self.graph.get_operations(), before)

  @parameterized.parameters(
    (
      tf.uint8,
      [None, 4, 5],
      "found uint8 [None, 4, 5] in x:0; pass tf.cast(images, tf.float32) / 255",
    ),
    (
      tf.float64,
      [7, 4, 5],
      "found float64 [7, 4, 5] in x:0; pass it through tf.cast(...,"
      " tf.float32)",
    ),
    (
      tf.float32,
      [7, 4, 4],
      "found float32 [7, 4, 4] in x:0; reshape them, or make the VAE with their"
      " image_shape",
    ),
    (
      tf.float32,
      [None, 4, 5, 1],
      "found float32 [None, 4, 5, 1] in x:0; reshape them, or make the VAE with"
      " their image_shape",
    ),
    (
      tf.bool,
      None,
      "found bool ? in x:0; pass it through tf.cast(..., tf.float32)",
    ),
  )
  def test_other_images_are_refused_before_any_op(self, dtype, shape, found):
    images = tf.placeholder(dtype, shape, name="x")
    message = f"encode: images must be float32 [batch, 4, 5], {found}"
    self._assert_refused(self.vae.encode, images, message)

  def test_arrays_are_refused_like_tensors(self):
    self._assert_refused(
      self.vae.encode,
      np.zeros((7, 4, 5), np.uint8),
      "encode: images must be float32 [batch, 4, 5], found uint8 [7, 4, 5] in"
      " an array; pass tf.cast(images, tf.float32) / 255",
    )

  def test_arrays_and_lists_of_floats_of_any_precision_are_taken(self):
    images = np.random.RandomState(0).rand(2, 4, 5)
    means = [
      self.vae.encode(each).mean
      for each in (images, images.astype(np.float32), images.tolist())
    ]
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      first, *others = session.run(means)
    for other in others:
      np.testing.assert_array_equal(first, other)

  @parameterized.parameters(
    (
      tf.float32,
      [None, 3],
      "found float32 [None, 3] in x:0; pass codes of the model's code_size, 2",
    ),
    (
      tf.float32,
      [2],
      "found float32 [2] in x:0; pass codes of the model's code_size, 2",
    ),
    (
      tf.int32,
      [None, 2],
      "found int32 [None, 2] in x:0; pass tf.cast(code, tf.float32)",
    ),
  )
  def test_other_codes_are_refused_before_any_op(self, dtype, shape, found):
    code = tf.placeholder(dtype, shape, name="x")
    message = f"decode: code must be float32 [batch, 2], {found}"
    self._assert_refused(self.vae.decode, code, message)

  @parameterized.parameters(
    (None,), ([None, None, None],), ([None, 4, None],), ([7, None, 5],)
  )
  def test_images_behind_an_unknown_shape_are_checked_in_the_run(self, shape):
    images = tf.placeholder(tf.float32, shape)
    checked = self.vae.checked_images(images, op="elbo")
    self.assertEqual(checked.shape.as_list()[1:], [4, 5])
    mean = self.vae.encode(images).mean
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      right = np.random.RandomState(0).rand(7, 4, 5)
      np.testing.assert_array_equal(
        session.run(checked, {images: right}), right.astype(np.float32)
      )
      for wrong in ((7, 4, 4), (7, 5, 4), (7, 4), (7, 4, 5, 1), (7,), ()):
        if images.shape.is_compatible_with(wrong):
          for fetch, op in ((checked, "elbo"), (mean, "encode")):
            with self.assertRaisesRegex(
              tf.errors.InvalidArgumentError,
              rf"{op}: images must be float32 \[batch, 4, 5\], found.*"
              rf"\[{' '.join(map(str, wrong))}\] \[reshape them, or",
            ):
              session.run(fetch, {images: np.zeros(wrong)})

  def test_a_known_shape_costs_no_op(self):
    images = tf.placeholder(tf.float32, [None, 4, 5])
    before = len(self.graph.get_operations())
    self.assertIs(self.vae.checked_images(images, op="mine"), images)
    self.assertLen(self.graph.get_operations(), before)


if __name__ == "__main__":
  absltest.main()
