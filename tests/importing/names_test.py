from absl.testing import absltest, parameterized

from tests.importing.weights import contents
from vae_graph.importing import names

ATTRIBUTE = "/.ATTRIBUTES/VARIABLE_VALUE"


def floats(**shapes):
  return {name: (shape, "float32") for name, shape in shapes.items()}


class NamesTest(parameterized.TestCase):
  @parameterized.parameters(
    ("m/a/Adam", "Adam"),
    ("m/a/Adam_1", "Adam_1"),
    # The optimizer was made under a scope, or is one of Keras.
    ("train/m/a/RMSProp_1", "RMSProp_1"),
    ("m/a/.OPTIMIZER_SLOT/optimizer/v" + ATTRIBUTE, "v"),
  )
  def test_slots(self, slot, ending):
    found = contents(floats(**{"m/a": (2, 3), slot: (2, 3)}))
    self.assertEqual(list(found.weights), ["m/a"])
    ((owner, slots),) = found.slots.items()
    self.assertEqual((owner, list(slots)), ("m/a", [ending]))
    self.assertEqual(slots[ending].tensors, (slot,))

  def test_a_weight_of_another_shape_is_no_slot(self):
    found = contents(floats(**{"m/a": (2, 3), "m/a/b": (3,)}))
    self.assertEqual(list(found.weights), ["m/a", "m/a/b"])

  def test_averages(self):
    average = "m/a/ExponentialMovingAverage"
    found = contents(floats(**{"m/a": (2,), average: (2,)}))
    self.assertEqual(found.averages["m/a"].tensors, (average,))
    self.assertEqual(found.weights["m/a"].tensors, ("m/a",))
    self.assertEmpty(found.only_averages)
    alone = contents(floats(**{average: (2,)}))
    self.assertEqual(alone.weights["m/a"].tensors, (average,))
    self.assertEqual(alone.averages["m/a"].tensors, (average,))
    self.assertEqual(alone.only_averages, ("m/a",))

  def test_state(self):
    specs = {
      "m/global_step": ((), "int64"),
      "m/beta1_power": ((), "float32"),
      "save_counter" + ATTRIBUTE: ((), "int64"),
      "_CHECKPOINTABLE_OBJECT_GRAPH": ((), "string"),
      "optimizer/_variables/3" + ATTRIBUTE: ((4, 4), "float32"),
      "training/Adam/decay": ((), "float32"),
      # A learned scalar is a weight.
      "decoder/log_sigma": ((), "float32"),
    }
    found = contents(specs)
    self.assertEqual(list(found.weights), ["decoder/log_sigma"])
    self.assertLen(found.state, len(specs) - 1)
    self.assertEqual(names.find_state(found, "global_step"), "m/global_step")
    self.assertIsNone(names.find_state(found, "beta2_power"))

  def test_of_several_states_that_without_a_scope(self):
    both = {"a/global_step": ((), "int64"), "b/global_step": ((), "int64")}
    self.assertIsNone(names.find_state(contents(both), "global_step"))
    both["global_step"] = ((), "int64")
    self.assertEqual(
      names.find_state(contents(both), "global_step"), "global_step"
    )

  def test_parts_are_joined_along_the_axis_that_was_divided(self):
    rows = {f"m/a/part_{i}": (5 - i, 3) for i in (1, 0)}
    columns = {f"m/b/part_{i}": (4, size) for i, size in enumerate((3, 2))}
    alike = {f"m/c/part_{i}": (2, 2) for i in range(12)}
    slots = {f"m/a/part_{i}/Adam": (5 - i, 3) for i in (0, 1)}
    found = contents(floats(**rows, **columns, **alike, **slots))
    a, b, c = (found.weights[f"m/{name}"] for name in "abc")
    self.assertEqual((a.shape, a.axis), ((9, 3), 0))
    self.assertEqual(a.tensors, ("m/a/part_0", "m/a/part_1"))
    self.assertEqual((b.shape, b.axis), ((4, 5), 1))
    self.assertEqual(c.shape, (24, 2))
    self.assertEqual(c.tensors[2:4], ("m/c/part_2", "m/c/part_3"))
    self.assertEqual(found.slots["m/a"]["Adam"].shape, (9, 3))

  @parameterized.parameters(
    ((1, 1, 2, 3), (2, 3), True),
    ((3, 1), (3,), True),
    ((), (1,), True),
    ((2, 3), (3, 2), False),
    ((6,), (2, 3), False),
  )
  def test_same_elements(self, found, wanted, same):
    self.assertEqual(names.same_elements(found, wanted), same)

  def test_natural_order(self):
    layers = ["dense_10", "dense", "dense_9"]
    self.assertEqual(
      sorted(layers, key=names.natural), ["dense", "dense_9", "dense_10"]
    )


if __name__ == "__main__":
  absltest.main()
