"""docs/graph.md and the graph, in both directions."""

import dataclasses
import re

from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph import registry
from vae_graph.compat import tf
from vae_graph.training.train_graph import build_train_graph

SIZES = {
  "batch": None,
  "num_samples": None,
  "image_shape": (6, 5),
  "code_size": 2,
  "2": 2,
}


def tables():
  """Returns the document's tables, `{two headings: rows of cells}`."""
  with open("docs/graph.md", encoding="utf-8") as file:
    lines = file.read().split("\n")
  found, rows = {}, None
  for line in lines:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if not line.startswith("|"):
      rows = None
    elif rows is None:
      rows = found.setdefault(tuple(cells[:2]), [])
    elif set(cells[0]) != {"-"}:
      rows.append(cells)
  return found


def names(text):
  """Returns what is in backticks, with `a` to `a_2` as a, a_1 and a_2."""
  found = []
  for first, last in re.findall(r"`([^`]+)`(?: to `([^`]+)`)?", text):
    found.append(first)
    if last:
      stem, _, end = last.rpartition("_")
      start = 0 if first == stem else int(first.rpartition("_")[2])
      found += [f"{stem}_{i}" for i in range(start + 1, int(end) + 1)]
  return found


def build(config):
  return build_train_graph(config, toy_dataset().train.images)


def model_variables(image_shape, **settings):
  """Returns `{name: shape}` of a model's variables."""
  with tf.Graph().as_default():
    vae = vae_graph.VAE(vae_graph.ModelConfig(**settings), image_shape)
    return {each.op.name: tuple(each.shape.as_list()) for each in vae.variables}


class TensorsTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.rows = {
      names(row[0])[0]: row[1] for row in tables()["name", "dtype, shape"]
    }

  @parameterized.parameters("feed", "resident")
  def test_every_documented_name_is_there_as_documented(self, mode):
    with tf.Graph().as_default() as graph:
      build(toy_config(input_mode=mode))
      for name, form in self.rows.items():
        op = graph.get_operation_by_name(name)
        if form == "op":
          continue
        if form.endswith("variable"):
          self.assertIs(op, tf.train.get_global_step().op)
          self.assertEqual(form.split()[0], tf.train.get_global_step().dtype)
          continue
        dtype, _, shape = form.partition(" ")
        expected = []
        for size in re.findall(r"\w+", shape.replace("scalar", "")):
          size = SIZES[size]
          expected += size if isinstance(size, tuple) else [size]
        self.assertEqual(op.outputs[0].dtype, dtype, name)
        self.assertEqual(op.outputs[0].shape.as_list(), expected, name)

  @parameterized.parameters("feed", "resident")
  def test_every_name_that_people_see_first_is_documented(self, mode):
    boxes = {name for row in tables()["box", "what"] for name in names(row[0])}
    config = dataclasses.replace(
      toy_config(input_mode=mode, ema_decay=0.9),
      session=vae_graph.SessionConfig(
        session="cpu", mixed_precision=True, allow_cpu_fallback=True
      ),
    )
    with tf.Graph().as_default() as graph:
      build(config)
      found = {op.name.partition("/")[0] for op in graph.get_operations()}
      ops = {op.name for op in graph.get_operations() if "/" not in op.name}
    adam = {"beta1_power", "beta2_power"}
    self.assertEqual(ops, {*self.rows, *adam})
    absent = {"prior", "initialization", "save", "ranks", "ballot"}
    absent |= {"resident"} if mode == "feed" else set()
    self.assertEqual(found, {*self.rows, *adam, *boxes} - absent)

  def test_every_tensor_of_the_train_graph_is_documented(self):
    with tf.Graph().as_default():
      train_graph = build(toy_config())
      fields = train_graph._asdict().items()
      tensors = {name for name, each in fields if isinstance(each, tf.Tensor)}
      for name in tensors:
        self.assertEqual(getattr(train_graph, name).op.name, name)
    self.assertContainsSubset({"data", "code", "samples"}, tensors)
    self.assertContainsSubset(tensors, set(self.rows))

  def test_what_is_not_always_there_is_said_to_be_so(self):
    config = dataclasses.replace(
      toy_config(),
      model=vae_graph.ModelConfig(hidden_units=(8,), posterior="deterministic"),
      objective=vae_graph.ObjectiveConfig(objective="mmd_vae"),
    )
    with tf.Graph().as_default() as graph:
      build(config)
      there = {op.name for op in graph.get_operations()}
    absent = set(self.rows) - there
    noise = {"noise_start", "noise_rows"}
    self.assertEqual(absent, {"elbo", "code_stddev", *noise})
    for name, _, what in tables()["name", "dtype, shape"]:
      says_so = "deterministic" in what or "mmd_vae" in what
      self.assertEqual(says_so, names(name)[0] in absent, name)


class VariablesTest(parameterized.TestCase):
  def test_the_dense_network_is_as_documented(self):
    expected = {}
    for name, shape in tables()["name", "shape"]:
      kernel, bias = names(name)
      sizes = tuple(int(size) for size in re.findall(r"\d+", shape))
      expected[kernel] = sizes
      expected[kernel.replace("kernel", bias)] = sizes[1:]
    self.assertLen(expected, 14)
    self.assertEqual(model_variables((28, 28)), expected)

  def test_layers_of_the_other_networks_are_as_documented(self):
    rows = tables()["`--network`", "`encoder/`"]
    self.assertCountEqual(
      [names(row[0])[0] for row in rows], set(registry.NETWORKS) - {"dense"}
    )
    for network, encoder, decoder in rows:
      (network,) = names(network)
      head = sum(name.startswith("dense") for name in names(encoder))
      heads = [f"dense_{i}" if i else "dense" for i in (head, head + 1)]
      layers = [f"encoder/{name}" for name in [*names(encoder), *heads]]
      layers += [f"decoder/{name}" for name in names(decoder)]
      self.assertCountEqual(
        [f"{layer}/{part}" for layer in layers for part in ("kernel", "bias")],
        model_variables((28, 28), network=network),
        network,
      )

  def test_variables_of_posteriors_and_priors_are_as_documented(self):
    base = set(model_variables((6, 5), hidden_units=(8,)))
    layers = {name.rpartition("/")[0] for name in base}
    heads = {"encoder/dense_1": "N", "encoder/dense_2": "N+1"}
    shared = layers - set(heads)
    rows = {
      names(row[0])[0]: names(row[1]) for row in tables()["choice", "variables"]
    }
    rows["--posterior=iaf"].remove("diagonal")
    rows["--posterior=iaf"] += rows["--posterior=diagonal"]
    expected = {
      *(f"--posterior={name}" for name in registry.POSTERIORS),
      *(f"--prior={name}" for name in registry.PRIORS),
    }
    self.assertEqual(set(rows), expected - {"--prior=standard_normal"})
    for choice, documented in rows.items():
      family, name = choice.lstrip("-").split("=")
      found = model_variables((6, 5), hidden_units=(8,), **{family: name})
      if family == "prior":
        self.assertCountEqual(documented, set(found) - base)
        continue
      found = {each.rpartition("/")[0] for each in found} - shared
      found = {
        f"encoder/dense_{heads[each]}"
        if each in heads
        else re.sub(r"iaf_\d+", "iaf_0", each)
        for each in found
      }
      self.assertCountEqual(set(documented), found, choice)

  def test_variables_of_training_are_as_documented(self):
    with open("docs/graph.md", encoding="utf-8") as file:
      text = file.read()
    config = dataclasses.replace(
      toy_config(ema_decay=0.9),
      session=vae_graph.SessionConfig(
        session="cpu", mixed_precision=True, allow_cpu_fallback=True
      ),
    )
    with tf.Graph().as_default():
      weights = [each.op.name for each in build(config).vae.variables]
      found = {each.op.name for each in tf.global_variables()}
    slots = ("Adam", "Adam_1", "ExponentialMovingAverage")
    alone = ("beta1_power", "beta2_power", "global_step")
    scale = ("loss_scale/scale", "loss_scale/good_steps")
    expected = {*weights, *alone, *scale}
    expected |= {f"{name}/{slot}" for name in weights for slot in slots}
    self.assertEqual(found, expected)
    for name in ("Adam", "Adam_1", f"NAME/{slots[2]}", *alone, *scale):
      self.assertIn(f"`{name}`", text)


if __name__ == "__main__":
  absltest.main()
