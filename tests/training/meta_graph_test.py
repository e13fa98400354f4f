"""A checkpoint's .meta file, used by a process that has TensorFlow alone."""

import dataclasses
import os
import subprocess
import sys
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph.compat import tf
from vae_graph.training.train_graph import build_train_graph

# Trains one step more where the graph is fed.
IMPORT = """
import importlib.util
import sys
import numpy as np
import tensorflow.compat.v1 as tf

assert importlib.util.find_spec("vae_graph") is None
checkpoint, images, fetches, feed_mode, results = sys.argv[1:]
with tf.Graph().as_default(), tf.Session() as session:
  saver = tf.train.import_meta_graph(checkpoint + ".meta")
  saver.restore(session, checkpoint)
  feed = {"data:0": np.load(images)}
  values = session.run(fetches.split(","), feed)
  (train_step,) = tf.get_collection(tf.GraphKeys.TRAIN_OP)
  assert train_step.name == "train_step", train_step
  graph = tf.get_default_graph()
  loss, data = map(graph.get_tensor_by_name, ("loss:0", "data:0"))
  values += session.run(tf.gradients(loss, data), feed)
  if feed_mode == "True":
    session.run(train_step, feed)
    values += session.run(fetches.split(","), feed)
  np.savez(results, *values)
"""


def model(**settings):
  return vae_graph.ModelConfig(hidden_units=(8,), **settings)


class MetaGraphTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())

  @parameterized.named_parameters(
    ("feed", "feed", {}, {"model": model(activation="leaky_relu")}),
    ("resident", "resident", {}, {}),
    ("averages", "resident", {"ema_decay": 0.9}, {}),
    (
      "rmsprop_iaf_mixture",
      "resident",
      {"optimizer": "rmsprop"},
      {
        "model": model(posterior="iaf", prior="mixture"),
        "objective": vae_graph.ObjectiveConfig(objective="elbo_mc"),
      },
    ),
    (
      "sgd_full_covariance_vamp",
      "resident",
      {"optimizer": "sgd", "learning_rate": 1e-4},
      {
        "model": model(posterior="full_covariance", prior="vamp"),
        "objective": vae_graph.ObjectiveConfig(objective="iwae"),
      },
    ),
    (
      "loss_scale_deterministic",
      "resident",
      {},
      {
        "model": model(posterior="deterministic"),
        "objective": vae_graph.ObjectiveConfig(objective="mmd_vae"),
        "session": vae_graph.SessionConfig(
          session="cpu", mixed_precision=True, allow_cpu_fallback=True
        ),
      },
    ),
  )
  def test_answers_without_the_library(self, input_mode, training, parts):
    config = dataclasses.replace(
      toy_config(input_mode=input_mode, epochs=1, **training), **parts
    )
    logdir = os.path.join(self.folder, "run")
    vae_graph.train(config, logdir, dataset=toy_dataset())
    checkpoint = tf.train.latest_checkpoint(logdir)
    images = toy_dataset().test.images / np.float32(255)
    fetches = ["code:0", "reconstruction:0", "samples:0", "loss:0"]
    if config.model.posterior != "deterministic":
      fetches.append("elbo:0")
    found = self._imported(checkpoint, images, fetches, input_mode)
    expected = self._built(config, checkpoint, images, fetches, input_mode)
    self.assertLen(found, len(expected))
    for value, other in zip(found, expected):
      np.testing.assert_array_equal(value, other)

  def _imported(self, checkpoint, images, fetches, input_mode):
    paths = [os.path.join(self.folder, name) for name in ("in.npy", "out.npz")]
    np.save(paths[0], images)
    # What Python finds here, but for this library.
    found = [
      path
      for path in sys.path
      if path and not os.path.isdir(os.path.join(path, "vae_graph"))
    ]
    subprocess.run(
      [
        *(sys.executable, "-c", IMPORT, checkpoint, paths[0]),
        *(",".join(fetches), str(input_mode == "feed"), paths[1]),
      ],
      cwd=self.folder,
      env=dict(os.environ, PYTHONPATH=os.pathsep.join(found)),
      stdin=subprocess.DEVNULL,
      check=True,
    )
    with np.load(paths[1]) as file:
      return [file[name] for name in file.files]

  def _built(self, config, checkpoint, images, fetches, input_mode):
    with tf.Graph().as_default(), tf.Session() as session:
      graph = build_train_graph(config, toy_dataset().train.images)
      tf.train.Saver().restore(session, checkpoint)
      feed = {graph.data: images}
      values = session.run(fetches, feed)
      loss = tf.get_default_graph().get_tensor_by_name("loss:0")
      values += session.run(tf.gradients(loss, graph.data), feed)
      if input_mode == "feed":
        session.run("train_step", feed)
        values += session.run(fetches, feed)
      return values


if __name__ == "__main__":
  absltest.main()
