import dataclasses
import io
import json
import os
import tempfile

import matplotlib.image
import numpy as np
from absl.testing import absltest, parameterized
from google.protobuf import text_format

import vae_graph
from tests.training.crash import Crash
from tests.training.tensorboard_server import TensorBoard
from tests.training.toy import toy_config, toy_dataset
from vae_graph.compat import tf
from vae_graph.training.train_graph import build_train_graph

TRAIN, TEST = "events/train", "events/test"
MODEL = {
  *("data", "noise_seed", "noise_start", "noise_rows", "num_samples"),
  *("observation", "encoder", "decoder", "code", "code_mean", "code_stddev"),
  *("reconstruction", "prior_codes", "samples"),
  *("objective", "means", "elbo", "loss", "make_variables"),
}
TRAINING = {
  *("train_step", "num_steps", "learning_rate_factor", "global_step"),
  *("beta1_power", "beta2_power"),
  *("all_finite", "initialization", "save"),
}
RESIDENT = {"resident"}
CONFIG = toy_config(
  epochs=2,
  summary_every_steps=4,
  plot_every_epochs=1,
  learning_rate_schedule="exponential",
  decay_steps=5,
  decay_rate=0.5,
)


def codes_of(logdir):
  """The posterior means of the test images by the last checkpoint."""
  dataset = toy_dataset()
  with tf.Graph().as_default(), tf.Session() as session:
    graph = build_train_graph(CONFIG, dataset.train.images)
    tf.train.Saver().restore(session, tf.train.latest_checkpoint(logdir))
    images = dataset.test.images / np.float32(255)
    return session.run(graph.code_mean, {graph.data: images})


class TensorBoardTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(folder, "run")
    self.log = os.path.join(folder, "log")

  def _train(self, extra_hooks=()):
    vae_graph.train(
      CONFIG, self.logdir, dataset=toy_dataset(), extra_hooks=extra_hooks
    )

  def test_shows_once_all_of_a_run_that_was_killed_and_started_again(self):
    # The scalars of step 8 are written, its checkpoint is not.
    with self.assertRaises(ZeroDivisionError):
      self._train([Crash(9)])
    self._train()
    self._train()  # Has nothing left to do.
    with TensorBoard(self.logdir, self.log) as self.server:
      self.server.wait_for(self._is_loaded)
      self._check_train_scalars()
      self._check_test_scalars()
      self._check_histogram()
      self._check_plots()
      self._check_projector()
      self._check_graph()

  def _is_loaded(self):
    runs = self.server.get_json("plugin/scalars/tags")
    if not set(runs) >= {TRAIN, TEST} or "elbo" not in runs[TEST]:
      return False
    return [step for step, _ in self._points("elbo", TEST)] == [0, 6, 12]

  def _points(self, tag, run, kind="scalars"):
    """The (step, value)s that TensorBoard plots."""
    points = self.server.get_json(f"plugin/{kind}/{kind}", tag=tag, run=run)
    return [(step, value) for _, step, value in points]

  def _check_train_scalars(self):
    tags = self.server.get_json("plugin/scalars/tags")[TRAIN]
    terms = {"loss", "elbo", "rate", "distortion"}
    measures = {"gradient_norm", "learning_rate", "images_per_second"}
    self.assertEqual(set(tags), terms | measures)
    for tag in tags:
      steps, values = zip(*self._points(tag, TRAIN))
      self.assertEqual(steps, (4, 8, 12), tag)
      self.assertTrue(np.isfinite(values).all(), tag)
    # The step that ends at 4 is number 3.
    for step, rate in self._points("learning_rate", TRAIN):
      self.assertAlmostEqual(rate, 0.01 * 0.5 ** ((step - 1) / 5), places=7)

  def _check_test_scalars(self):
    with open(
      os.path.join(self.logdir, "metrics.jsonl"), encoding="utf-8"
    ) as file:
      records = [json.loads(line) for line in file]
    for tag in ("loss", "elbo", "elbo_stderr", "rate", "distortion"):
      points = self._points(tag, TEST)
      self.assertLen(points, len(records))
      for (step, value), record in zip(points, records):
        self.assertEqual(step, record["step"])
        self.assertAlmostEqual(value, record[f"test_{tag}"], places=4)
    active = dict(self._points("active_units", TEST))
    variances = codes_of(self.logdir).var(axis=0, ddof=1)
    self.assertEqual(active[12], np.sum(variances > 0.01))

  def _check_histogram(self):
    points = self._points("kl_per_dimension", TEST, "histograms")
    self.assertEqual([step for step, _ in points], [0, 6, 12])
    rates = dict(self._points("rate", TEST))
    for step, bins in points:
      left, right, counts = np.transpose(bins)
      self.assertEqual(counts.sum(), 2)  # The code has two dimensions.
      # Both lie on an edge, as the least and the largest of all, and together
      # they are the rate.
      self.assertAlmostEqual(left[0] + right[-1], rates[step], places=4)

  def _check_plots(self):
    tags = self.server.get_json("plugin/images/tags")[TEST]
    self.assertEqual(
      set(tags), {"codes", "reconstructions", "samples", "training_curve"}
    )
    for tag in tags:
      shown = self.server.get_json(
        "plugin/images/images", tag=tag, run=TEST, sample=0
      )
      self.assertEqual([each["step"] for each in shown], [6, 12], tag)
    png = self.server.get("plugin/images/individualImage?" + shown[0]["query"])
    self.assertEqual(png[1:4], b"PNG")

  def _check_graph(self):
    graph = graph_of(self.server, TRAIN)
    self.assertEqual(shown(graph.node), MODEL | TRAINING | RESIDENT)
    self.assertLess(graph.ByteSize(), 10**6)

  def _check_projector(self):
    self.assertIn(TEST, self.server.get_json("plugin/projector/runs"))
    info = self.server.get_json("plugin/projector/info", run=TEST)
    (embedding,) = info["embeddings"]
    self.assertEqual(embedding["tensorName"], "codes")
    self.assertEqual(embedding["tensorShape"], [23, 2])
    self.assertEqual(embedding["sprite"]["singleImageDim"], [5, 6])

    def get(what):
      return self.server.get(f"plugin/projector/{what}", run=TEST, name="codes")

    codes = np.frombuffer(get("tensor"), np.float32).reshape([23, 2])
    np.testing.assert_allclose(codes, codes_of(self.logdir), rtol=1e-4)
    labels = get("metadata").decode("utf-8").split()
    test = toy_dataset().test
    self.assertEqual([int(label) for label in labels], test.labels.tolist())
    sprite = matplotlib.image.imread(io.BytesIO(get("sprite_image")), "png")
    # Five rows and columns; image 7 is the third one of the second row.
    found = sprite[6:12, 10:15, 0]
    np.testing.assert_allclose(255 * found, test.images[7], atol=0.01)


class GraphsTest(parameterized.TestCase):
  def test_shows_the_model_in_both_input_modes(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    for mode in ("feed", "resident"):
      config = dataclasses.replace(
        toy_config(input_mode=mode, batch_size=12, train_steps=2),
        session=vae_graph.SessionConfig(session="cpu", num_towers=2),
      )
      logdir = os.path.join(folder, "runs", mode)
      vae_graph.train(config, logdir, dataset=toy_dataset())
    server = TensorBoard(
      os.path.join(folder, "runs"), os.path.join(folder, "log")
    )
    with server:
      runs = server.wait_for(
        lambda: [
          run
          for run, info in server.get_json("plugin/graphs/info").items()
          if info["run_graph"]
        ]
      )
      self.assertCountEqual(runs, [f"feed/{TRAIN}", f"resident/{TRAIN}"])
      fed = graph_of(server, f"feed/{TRAIN}")
      resident = graph_of(server, f"resident/{TRAIN}")
    self.assertEqual(shown(fed.node), MODEL | TRAINING)
    self.assertEqual(shown(resident.node), MODEL | TRAINING | RESIDENT)
    step = {"tower_0", "tower_1", "tower_means", "update", "next_step"}
    tower = {"noise_seed", "objective", "means", "gradients"}
    model = {"encoder", "decoder"}
    self.assertContainsSubset(step, shown(fed.node, "train_step/"))
    self.assertContainsSubset(model, shown(fed.node, "objective/elbo/"))
    self.assertContainsSubset(tower, shown(fed.node, "train_step/tower_1/"))
    # The loop's body, in its place or as a function.
    nodes, scope = resident.node, "train_step/while/"
    for function in resident.library.function:
      if function.signature.name.startswith("train_step_while_body"):
        nodes, scope = function.node_def, ""
    self.assertContainsSubset(step | {"batch"}, shown(nodes, scope))
    scope += "tower_1/"
    self.assertContainsSubset(tower, shown(nodes, scope))
    self.assertContainsSubset(model, shown(nodes, f"{scope}objective/elbo/"))


def graph_of(server, run):
  """The GraphDef that the Graphs tab shows of a run."""
  text = server.get("plugin/graphs/graph", run=run, conceptual="false")
  return text_format.Parse(text, tf.GraphDef())


def shown(nodes, scope=""):
  """Names of the boxes and of the ops directly in a scope, as they are drawn.

  Where an op and a scope have the same name, the op is in the scope's box.
  """
  return {
    node.name[len(scope) :].split("/")[0]
    for node in nodes
    if node.name.startswith(scope)
  }


if __name__ == "__main__":
  absltest.main()
