import os
import tempfile
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.export import consumers
from tests.inference.random_run import SHAPE, make_run
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.config.export import GRAPHS
from vae_graph.export import frozen

IMAGES = np.random.RandomState(0).rand(3, *SHAPE).astype(np.float32)
NOISE = np.random.RandomState(1).randn(3, 2).astype(np.float32)
REQUESTS = {
  "encode": {"images": IMAGES},
  "score": {"images": IMAGES, "noise": NOISE},
}
TRAINING_OPS = ("apply", "assign", "save", "restore", "while", "iterator")


class ExportModelTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(self.folder, "run")
    self.export_dir = os.path.join(self.folder, "exports", "1")

  def _export(self, export_format="saved_model", target_tf="current", **kwargs):
    return vae_graph.export_model(
      self.logdir,
      self.export_dir,
      export_config=vae_graph.ExportConfig(export_format, target_tf),
      **kwargs,
    )

  def _assert_nothing_is_there(self):
    folder = os.path.dirname(self.export_dir)
    if os.path.exists(folder):
      self.assertEmpty(os.listdir(folder))

  @parameterized.product(
    export_format=GRAPHS, target_tf=("current", "1.15"), checkpoint=(None, 3)
  )
  def test_gives_what_the_trained_model_gives(
    self, export_format, target_tf, checkpoint
  ):
    make_run(self.logdir)
    step = self._export(export_format, target_tf, checkpoint=checkpoint)
    self.assertEqual(step, checkpoint or 7)
    found = getattr(consumers, export_format)(self.export_dir, REQUESTS)
    with vae_graph.TrainedModel(self.logdir, checkpoint=checkpoint) as model:
      expected = model.encode(IMAGES)
    for name in ("mean", "stddev"):
      np.testing.assert_allclose(
        found["encode"][name], getattr(expected, name), rtol=1e-5, atol=1e-6
      )
    if export_format == "saved_model":
      name = "serving_default"
      default = consumers.saved_model(
        self.export_dir, {name: REQUESTS["encode"]}
      )
      np.testing.assert_array_equal(
        default[name]["mean"], found["encode"]["mean"]
      )
    self.assertEqual(found["score"]["elbo"].shape, (3,))
    manifest = consumers.read_manifest(self.export_dir)
    self.assertEqual(manifest["step"], step)
    self.assertEqual(
      manifest["signatures"]["score"]["inputs"]["noise"],
      {"tensor": "score/noise:0", "dtype": "float32", "shape": [-1, 2]},
    )

  def test_gives_what_a_checkpoints_own_graph_gives(self):
    """The training graph, as docs/graph.md has it used."""
    vae_graph.train(toy_config(), self.logdir, dataset=toy_dataset())
    self._export()
    checkpoint = tf.train.latest_checkpoint(self.logdir)
    with tf.Graph().as_default(), tf.Session() as session:
      saver = tf.train.import_meta_graph(f"{checkpoint}.meta")
      saver.restore(session, checkpoint)
      elbo, code, reconstruction, mean, stddev = session.run(
        [
          "elbo:0",
          "code:0",
          "reconstruction:0",
          "code_mean:0",
          "code_stddev:0",
        ],
        {"data:0": IMAGES},
      )
    inputs = {"images": IMAGES, "noise": (code - mean) / stddev}
    found = consumers.saved_model(
      self.export_dir, {"reconstruct": inputs, "score": inputs}
    )
    np.testing.assert_allclose(
      found["reconstruct"]["reconstruction"], reconstruction, rtol=1e-4
    )
    np.testing.assert_allclose(
      np.mean(found["score"]["elbo"]), elbo, rtol=1e-5, atol=1e-3
    )

  def test_the_graphs_hold_nothing_of_training_and_draw_nothing(self):
    make_run(self.logdir, posterior="iaf", prior="mixture", code_size=3)
    for export_format in ("frozen", "metagraph"):
      with self.subTest(export_format):
        self.export_dir = os.path.join(self.folder, export_format)
        self._export(export_format)
        nodes = consumers.graph_def(self.export_dir).node
        self.assertNotEmpty(nodes)
        for node in nodes:
          self.assertNotIn("Random", node.op)
          if export_format == "frozen":
            self.assertNotIn("Var", node.op)
            for word in TRAINING_OPS:
              self.assertNotIn(word, node.op.lower())

  def test_only_the_seeded_signatures_of_a_saved_model_draw(self):
    make_run(self.logdir)
    self._export()
    signatures = consumers.read_manifest(self.export_dir)["signatures"]
    graph_def = consumers.graph_def(self.export_dir)
    for name, signature in signatures.items():
      outputs = [
        each["tensor"].split(":")[0] for each in signature["outputs"].values()
      ]
      part = tf.graph_util.extract_sub_graph(graph_def, outputs)
      types = {node.op for node in part.node} | {
        node.op
        for function in graph_def.library.function
        for node in function.node_def
        if name == "score_importance"
      }
      self.assertEqual(
        any("Random" in each for each in types),
        name in ("sample_seeded", "score_importance"),
        name,
      )

  @parameterized.parameters(*GRAPHS)
  def test_a_run_without_a_checkpoint(self, export_format):
    make_run(self.logdir, steps=())
    with self.assertRaisesRegex(
      errors.CheckpointError, f"{self.logdir} holds no checkpoint"
    ):
      self._export(export_format)
    self._assert_nothing_is_there()

  def test_no_run(self):
    with self.assertRaisesRegex(errors.RunDirectoryError, "does not exist"):
      self._export()
    self._assert_nothing_is_there()

  def test_what_is_there_is_left_alone(self):
    make_run(self.logdir)
    os.makedirs(self.export_dir)
    with self.assertRaisesRegex(
      errors.OutputError, f"{self.export_dir} is there already.*--export_dir"
    ):
      self._export()
    self.assertEmpty(os.listdir(self.export_dir))

  def test_a_file_in_the_way(self):
    make_run(self.logdir)
    with open(os.path.dirname(self.export_dir), "w") as file:
      file.write("mine")
    with self.assertRaisesRegex(
      errors.OutputError, f"{self.export_dir} cannot be written .*--export_dir"
    ) as caught:
      self._export()
    self.assertNotIn("\n", str(caught.exception))

  def test_a_folder_that_cannot_be_written_is_told_first(self):
    with open(os.path.dirname(self.export_dir), "w") as file:
      file.write("mine")
    # Of a run that is not there, too.
    with self.assertRaisesRegex(errors.OutputError, "--export_dir"):
      self._export()

  def test_a_path_that_goes_up_leaves_nothing_on_its_way(self):
    make_run(self.logdir)
    self.export_dir = os.path.join(self.folder, "rel", ".", "a", "..", "b")
    self._export("frozen")
    self.assertEqual(os.listdir(os.path.join(self.folder, "rel")), ["b"])
    self.assertIn(
      "frozen.pb", os.listdir(os.path.join(self.folder, "rel", "b"))
    )

  def test_a_full_disk_leaves_nothing(self):
    make_run(self.logdir)

    def write(folder, *rest, **kwargs):
      del rest, kwargs
      with open(os.path.join(folder, "half"), "w") as file:
        file.write("half")
      raise tf.errors.ResourceExhaustedError(None, None, "disk full\nat once")

    with mock.patch.object(frozen, "write", write):
      with self.assertRaisesRegex(
        errors.OutputError, r"cannot be written \(disk full\); mend"
      ):
        self._export("frozen")
    self._assert_nothing_is_there()


if __name__ == "__main__":
  absltest.main()
