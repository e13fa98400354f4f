from absl.testing import absltest, parameterized

from tests.importing.weights import WANTED, contents, one_level, renamed
from vae_graph import errors
from vae_graph.importing import layouts

CONV = {
  "encoder/conv2d/kernel": (3, 3, 1, 4),
  "encoder/conv2d_1/kernel": (3, 3, 4, 4),
  "encoder/dense/kernel": (16, 2),
  "encoder/dense_1/kernel": (16, 2),
  "decoder/dense/kernel": (2, 16),
  "decoder/conv2d_transpose/kernel": (3, 3, 4, 4),
  "decoder/conv2d/kernel": (3, 3, 4, 1),
}


def keras_objects(name):
  """The names of a model with an `encoder` and a `decoder`."""
  top, layer, variable = name.split("/")
  layers = [each.split("/")[1] for each in CONV if each.startswith(top)]
  number = layers.index(layer)
  return f"model/{top}/layer_with_weights-{number}/{variable}"


class LayoutsTest(parameterized.TestCase):
  def _match(self, specs, wanted=None, layout="auto"):
    found = contents(specs).weights
    return layouts.match_by(found, wanted or WANTED, layout=layout)

  @parameterized.named_parameters(
    ("as_here", "by_name", str),
    ("scope", "by_name", lambda name: f"a/model/{name}"),
    ("one_level", "tf_layers", one_level()),
    ("begins_anywhere", "tf_layers", one_level(start=9)),
    ("decoder_first", "tf_layers", one_level(decoder_first=True)),
    (
      "other_scopes",
      "tf_layers",
      lambda name: name.replace("encoder", "z/q").replace("decoder", "a/p"),
    ),
    (
      "keras",
      "tf_layers",
      lambda name: one_level(start=3)(name).replace(
        "vae", "sequential_1" if "encoder" in name else "sequential_2"
      ),
    ),
    (
      "slim",
      "slim",
      lambda name: (
        f"s/{name}".replace("dense", "fully_connected")
        .replace("kernel", "weights")
        .replace("bias", "biases")
      ),
    ),
    (
      "keras_objects",
      "keras_objects",
      lambda name: (
        name.replace("/dense/", "/dense_0/").replace(
          "dense_", "layer_with_weights-"
        )
        + "/.ATTRIBUTES/VARIABLE_VALUE"
      ),
    ),
  )
  def test_finds(self, layout, rename):
    matched = self._match(renamed(rename))
    self.assertEqual(matched.layout, layout)
    ending = "/.ATTRIBUTES/VARIABLE_VALUE"
    expected = {name: rename(name).replace(ending, "") for name in WANTED}
    self.assertEqual(matched.pairs, expected)

  @parameterized.named_parameters(
    ("one_count", one_level), ("objects", lambda: keras_objects)
  )
  def test_kinds(self, make_rename):
    if make_rename is one_level:
      counts = {
        "encoder/conv2d": "conv2d_7",
        "encoder/conv2d_1": "conv2d_8",
        "encoder/dense": "dense",
        "encoder/dense_1": "dense_1",
        "decoder/dense": "dense_2",
        "decoder/conv2d_transpose": "conv2d_transpose_3",
        "decoder/conv2d": "conv2d_9",
      }

      def rename(name):
        layer, _, variable = name.rpartition("/")
        return f"{counts[layer]}/{variable}"

    else:
      rename = keras_objects
    matched = self._match(renamed(rename, CONV), CONV)
    self.assertEqual(matched.pairs, {name: rename(name) for name in CONV})

  def test_what_is_no_layer_goes_by_its_name(self):
    wanted = {**WANTED, "prior/means": (3, 2)}
    specs = {**renamed(one_level()), "vae/prior/means": ((3, 2), "float32")}
    matched = self._match(specs, wanted)
    self.assertEqual(matched.layout, "tf_layers")
    self.assertEqual(matched.pairs["prior/means"], "vae/prior/means")
    self.assertLen(matched.pairs, len(wanted))

  def test_heads_of_one_shape_under_scopes_are_not_guessed(self):
    def rename(name):
      name = name.replace("encoder/dense_2", "z_mean/dense")
      return name.replace("encoder/dense_3", "z_scale/dense")

    with self.assertRaisesRegex(
      errors.CheckpointError,
      "encoder/dense_2/kernel may be z_.*/dense/kernel or z_.*--map",
    ):
      self._match(renamed(rename))

  def test_of_two_models_none_is_chosen(self):
    specs = {**renamed("a/{}".format), **renamed("b/{}".format)}
    with self.assertRaisesRegex(errors.CheckpointError, "under a/ and b/"):
      self._match(specs)

  def test_of_another_model_as_much_as_there_is(self):
    specs = renamed(str)
    del specs["decoder/dense_2/kernel"]
    matched = self._match(specs)
    self.assertEqual(matched.layout, "by_name")
    self.assertLen(matched.pairs, len(WANTED) - 1)
    self.assertEmpty(self._match({"x": ((3,), "float32")}).pairs)

  def test_the_one_that_is_asked_for(self):
    self.assertLen(self._match(renamed(str), layout="tf_layers").pairs, 14)
    self.assertEmpty(self._match(renamed(str), layout="slim").pairs)


if __name__ == "__main__":
  absltest.main()
