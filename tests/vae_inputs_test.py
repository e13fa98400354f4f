"""What a model takes, and what it refuses before any op is made."""

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.data.pixels import to_unit_interval

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
      "found uint8 [None, 4, 5] in x:0; pass vae_graph.pixels(images)",
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
      "found bool ? in x:0; pass vae_graph.pixels(images)",
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
      " an array; pass vae_graph.pixels(images)",
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

  @parameterized.parameters("log_prob", "log_prob_of_one")
  def test_bytes_are_no_images_to_a_likelihood(self, method):
    likelihood = self.vae.decode(tf.zeros([1, 2]))
    for images in (np.zeros((1, 4, 5), np.uint8), np.zeros((4, 5), bool)):
      with self.assertRaisesRegex(
        errors.TensorError,
        r"^log_prob: images must be float32 in \[0, 1\], found"
        rf" {images.dtype}; pass vae_graph.pixels\(images\)$",
      ):
        getattr(likelihood, method)(images)


class CheckValuesTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.vae = vae_graph.VAE(SMALL, (1, 3))
    self.images = tf.placeholder(tf.float32, [None, 1, 3])
    self.session = self.enter_context(tf.Session())
    self.session.run(tf.global_variables_initializer())

  def _make(self, op, check_values):
    if op == "encode":
      return self.vae.encode(self.images, check_values=check_values).mean
    terms = getattr(vae_graph, op)(
      self.vae, self.images, seed=(1, 2), check_values=check_values
    )
    return terms.loss

  @parameterized.parameters("encode", "elbo", "iwae", "mmd_vae")
  def test_values_outside_fail_in_the_run_and_others_are_as_they_were(self, op):
    checked, plain = self._make(op, True), self._make(op, False)
    right = [[[0, 1, 0.5]], [[1, 0, 1e-30]]]
    found, expected = self.session.run([checked, plain], {self.images: right})
    np.testing.assert_array_equal(found, expected)
    for wrong, low, high, nans in (
      ([0, 255, 3], "0", "255", 0),
      ([-1, 1, 0], "-1", "1", 0),
      ([0, np.nan, np.nan], "0", "0", 2),
      ([0, np.inf, np.nan], "0", "inf", 1),
    ):
      feed = {self.images: [[[0, 0, 0]], [wrong]]}
      self.session.run(plain, feed)
      with self.assertRaisesRegex(
        tf.errors.InvalidArgumentError,
        rf"{op}: images must be in \[0, 1\], found values from\] \[{low}\]"
        rf" \[to\] \[{high}\] \[and NaN in\] \[{nans}\] \[pixels; scale"
        r" those of 0 to 255 by vae_graph.pixels\(images\)",
      ):
        self.session.run(checked, feed)

  def test_no_image_is_right(self):
    checked = self._make("encode", True)
    found = self.session.run(checked, {self.images: np.zeros((0, 1, 3))})
    self.assertEqual(found.shape, (0, 2))


class PixelsTest(parameterized.TestCase):
  def _pixels(self, images):
    with tf.Graph().as_default(), tf.Session() as session:
      placeholder = tf.placeholder(images.dtype, images.shape)
      scaled = vae_graph.pixels(placeholder)
      return scaled, session.run(scaled, {placeholder: images})

  def test_bytes_have_the_bits_of_the_data_sets(self):
    images = np.arange(256, dtype=np.uint8).reshape(4, 8, 8)
    scaled, of_tensor = self._pixels(images)
    self.assertEqual(scaled.shape.as_list(), [4, 8, 8])
    for found in (vae_graph.pixels(images), of_tensor):
      self.assertEqual(found.dtype, np.float32)
      np.testing.assert_array_equal(found, to_unit_interval(images))
      np.testing.assert_allclose(found, images / 255, rtol=1e-6)

  def test_bits_become_black_and_white(self):
    images = np.array([[True, False]])
    for found in (vae_graph.pixels(images), self._pixels(images)[1]):
      self.assertEqual(found.dtype, np.float32)
      np.testing.assert_array_equal(found, [[1, 0]])

  def test_floats_are_left_alone(self):
    images = np.float32([[0.25, 1.0]])
    self.assertIs(vae_graph.pixels(images), images)
    with tf.Graph().as_default():
      tensor = tf.constant(images)
      self.assertIs(vae_graph.pixels(tensor), tensor)

  @parameterized.parameters(np.float64, np.int32, np.complex64)
  def test_others_are_refused(self, dtype):
    images = np.zeros((2, 3), dtype)
    message = f"^pixels: images must be .*, found {images.dtype} in %s; cast"
    with self.assertRaisesRegex(errors.TensorError, message % "an array"):
      vae_graph.pixels(images)
    with tf.Graph().as_default(), self.assertRaisesRegex(
      errors.TensorError, message % "x:0"
    ):
      vae_graph.pixels(tf.constant(images, name="x"))


if __name__ == "__main__":
  absltest.main()
