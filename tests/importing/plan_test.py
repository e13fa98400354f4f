from absl.testing import absltest, parameterized

import vae_graph
from tests.importing.weights import WANTED, contents, one_level, renamed
from vae_graph import errors
from vae_graph.importing import plan as plans

OPTIMIZERS = {"adam": ("Adam", "Adam_1"), "rmsprop": ("RMSProp", "RMSProp_1")}


def others(optimizer="adam", averaged=False):
  """Returns `{name: shape}` of training's variables beside the weights."""
  endings = OPTIMIZERS[optimizer]
  if averaged:
    endings += ("ExponentialMovingAverage",)
  found = {
    f"{name}/{ending}": shape
    for name, shape in WANTED.items()
    for ending in endings
  }
  if optimizer == "adam":
    found.update({"beta1_power": (), "beta2_power": ()})
  return {**found, "global_step": ()}


def checkpoint(rename=str, optimizer="adam", averaged=False):
  """Returns the tensors of a whole one, its optimizer made under `train/`."""
  specs = renamed(rename)
  for name, shape in others(optimizer, averaged).items():
    weight, _, ending = name.rpartition("/")
    if weight:
      name = f"{rename(weight)}/{ending}"
      name = name if ending.startswith("Exp") else f"train/{name}"
    else:
      name = f"train/{name}"
    specs[name] = (shape, "float32")
  specs["train/global_step"] = ((), "int64")
  return specs


class PlanTest(parameterized.TestCase):
  def _plan(self, specs, wanted=None, others=None, **settings):
    self.config = vae_graph.ImportConfig(**settings)
    return plans.make_plan(
      contents(specs),
      wanted or WANTED,
      others=others or {},
      config=self.config,
    )

  def _refused(self, plan, pattern):
    with self.assertRaisesRegex(errors.CheckpointError, pattern):
      plans.check_whole(plan, config=self.config, pixels=30)

  def _check(self, plan):
    plans.check_whole(plan, config=self.config, pixels=30)

  @parameterized.product(
    rename=(str, one_level()), optimizer=("adam", "rmsprop")
  )
  def test_everything(self, rename, optimizer):
    plan = self._plan(checkpoint(rename, optimizer), others=others(optimizer))
    self._check(plan)
    self.assertLen(plan.of(*plans.TAKEN), len(plan.rows))
    found = {row.ours: row.found.name for row in plan.rows}
    self.assertEqual(found.keys(), {**WANTED, **others(optimizer)}.keys())
    slot = f"decoder/dense_2/bias/{OPTIMIZERS[optimizer][1]}"
    weight = rename("decoder/dense_2/bias")
    self.assertEqual(found[slot], f"train/{weight}/{OPTIMIZERS[optimizer][1]}")
    self.assertEqual(found["global_step"], "train/global_step")

  @parameterized.parameters(
    ("adam", "rmsprop", (), "has none of this optimizer's slots"),
    ("adam", "adam", ("train/decoder/dense/bias/Adam_1",), "lacks some"),
    ("adam", "adam", ("train/beta1_power",), "lacks some"),
  )
  def test_an_optimizer_begins_anew_as_a_whole(
    self, here, there, without, note
  ):
    specs = checkpoint(optimizer=there)
    for name in without:
      del specs[name]
    plan = self._plan(specs, others=others(here))
    self._check(plan)
    self.assertEmpty(plan.of(plans.SLOT))
    self.assertNotEmpty(plan.of(plans.LEFT_OUT))
    self.assertRegex("\n".join(plan.notes), note)

  def test_the_slots_of_centered_rmsprop_are_others(self):
    specs = checkpoint(optimizer="rmsprop")
    for name, shape in WANTED.items():
      specs[f"train/{name}/RMSProp_2"] = (shape, "float32")
    plan = self._plan(specs, others=others("rmsprop"))
    self.assertEmpty(plan.of(plans.SLOT))
    self.assertIn("those of another", plan.notes[0])

  def test_averages(self):
    wanted = others(averaged=True)
    plan = self._plan(checkpoint(averaged=True), others=wanted)
    self.assertLen(plan.of(plans.AVERAGE), len(WANTED))
    # Where there are none, they begin with the weights.
    plan = self._plan(checkpoint(), others=wanted)
    self.assertLen(plan.of(plans.COPY), len(WANTED))
    # Not asked for, they are left out, or are the weights.
    specs = checkpoint(averaged=True)
    self.assertLen(self._plan(specs).of(plans.WEIGHT), len(WANTED))
    plan = self._plan(specs, averaged_weights=True)
    self.assertEndsWith(
      plan.of(plans.WEIGHT)[0].found.tensors[0], "/ExponentialMovingAverage"
    )
    with self.assertRaisesRegex(errors.CheckpointError, "no moving average of"):
      self._plan(checkpoint(), averaged_weights=True)

  def test_averages_alone(self):
    specs = renamed("m/{}/ExponentialMovingAverage".format)
    plan = self._plan(specs, others=others(averaged=True))
    self._check(plan)
    self.assertLen(plan.of(plans.WEIGHT), len(WANTED))
    self.assertLen(plan.of(plans.AVERAGE), len(WANTED))
    self.assertIn("moving averages alone", "\n".join(plan.notes))

  def test_missing(self):
    specs = renamed(str)
    del specs["decoder/dense/bias"]
    self._refused(
      self._plan(specs), r"\(missing: decoder/dense/bias\).*--allow_missing"
    )
    self._check(self._plan(specs, allow_missing=True))
    # Which of several layers it is, numbers do not tell.
    specs = renamed(one_level())
    del specs["vae/dense_5/kernel"], specs["vae/dense_5/bias"]
    self._refused(
      self._plan(specs, allow_missing=True), "missing: decoder/dense_2/kernel"
    )
    # Not of everything.
    plan = self._plan({"a/b": ((3,), "float32")}, allow_missing=True)
    self._refused(plan, "missing: encoder/dense/kernel,.*extra: a/b")

  def test_extra(self):
    specs = {**renamed(str), "decoder/log_sigma": ((), "float32")}
    self._refused(
      self._plan(specs), r"\(extra: decoder/log_sigma\).*--allow_extra"
    )
    self._check(self._plan(specs, allow_extra=True))

  @parameterized.parameters(str, one_level(2))
  def test_another_architecture(self, rename):
    wanted = {
      name: tuple(6 if size == 8 else size for size in shape)
      for name, shape in WANTED.items()
    }
    plan = self._plan(
      renamed(rename), wanted, allow_missing=True, allow_extra=True
    )
    self._refused(
      plan,
      r"encoder/dense/kernel is \[30, 8\] there and \[30, 6\] here;.*would fit"
      r" --hidden_units=8,8 --code_size=2;",
    )

  def test_one_layer_less(self):
    wanted = {
      name: shape for name, shape in WANTED.items() if "dense_1" not in name
    }
    self._refused(
      self._plan(renamed(one_level()), wanted),
      "extra: vae/dense.*--hidden_units=8,8 --code_size=2",
    )

  def test_axes_of_size_1(self):
    specs = renamed(str)
    specs["encoder/dense/kernel"] = (1, 1, 30, 8), "float32"
    specs["encoder/dense/bias"] = (1, 8), "float64"
    plan = self._plan(specs)
    self._check(plan)
    cells = plans.table_cells(plan)
    self.assertEqual(
      cells[1][2:], ("[30, 8]", "weight, reshaped from [1, 1, 30, 8]")
    )
    self.assertEqual(
      cells[2][3], "weight, reshaped from [1, 8], cast from float64"
    )

  def test_keras_3_saves_no_names(self):
    name = "optimizer/_trainable_variables/{}/.ATTRIBUTES/VARIABLE_VALUE"
    specs = {
      name.format(number): (shape, "float32")
      for number, shape in enumerate(WANTED.values())
    }
    self._refused(self._plan(specs), "Keras 3 has saved its weights without")

  def test_weights_that_are_integers(self):
    specs = {
      name: (shape, "int32") for name, (shape, _) in renamed(str).items()
    }
    self._refused(
      self._plan(specs),
      r"no floats \(decoder/dense/bias, .*: found int32,",
    )
    # What else is missing is called so.
    del specs["decoder/dense_1/kernel"]
    self._refused(self._plan(specs), "missing: encoder/dense/kernel,")

  def test_nothing_is_transposed(self):
    specs = renamed(str)
    specs["encoder/dense/kernel"] = (8, 30), "float32"
    self._refused(
      self._plan(specs), r"kernel is \[8, 30\] there and \[30, 8\] here"
    )
    # The kernel of a transposed convolution is [height, width, out, in].
    name = "decoder/conv2d_transpose/kernel"
    plan = self._plan({name: ((4, 5), "float32")}, {name: (1, 1, 4, 5)})
    self._refused(plan, r"\[4, 5\] there and \[1, 1, 4, 5\] here")

  def test_what_order_alone_tells(self):
    notes = self._plan(renamed(one_level())).notes
    self.assertIn(
      "encoder/dense_2/kernel and encoder/dense_3/kernel", "\n".join(notes)
    )
    notes = self._plan(renamed(str)).notes
    self.assertNotIn("order alone", "\n".join(notes))

  def test_a_log_variance(self):
    plan = self._plan(
      renamed(lambda name: f"logvar_model/{name}"), others=others()
    )
    self.assertRegex("\n".join(plan.notes), "twice its logarithm")


if __name__ == "__main__":
  absltest.main()
