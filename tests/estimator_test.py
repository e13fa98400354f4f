"""The model function under a real Estimator, and without one."""

import dataclasses
import os
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph.compat import tf
from vae_graph.latent_metrics.codes import kl_per_dimension

HAS_ESTIMATOR = hasattr(tf, "estimator")
DATASET = toy_dataset()
SHAPE = DATASET.image_shape


def pixels(images):
  return images.astype(np.float32) / 255


def input_fn(split, *, batch_size, epochs):
  def make():
    images = tf.data.Dataset.from_tensor_slices(pixels(split.images))
    return images.repeat(epochs).batch(batch_size)

  return make


@absltest.skipUnless(HAS_ESTIMATOR, "this TensorFlow has no Estimator")
class EstimatorTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.folder = folder.name
    self.model_dir = os.path.join(folder.name, "model")

  def make(self, params, **settings):
    return tf.estimator.Estimator(
      vae_graph.estimator.model_fn,
      model_dir=self.model_dir,
      params=params,
      **settings,
    )

  def train(self, estimator, steps):
    return estimator.train(
      input_fn(DATASET.train, batch_size=10, epochs=None), max_steps=steps
    )

  @parameterized.parameters(0.0, 0.9)
  def test_trains_evaluates_predicts_and_exports(self, ema_decay):
    config = toy_config(ema_decay=ema_decay, clip_gradient_norm=5.0)
    estimator = self.make(
      {"model": config.model, "training": config.training.to_dict()}
    )
    images = pixels(DATASET.test.images)
    # 23 images: the last batch is a part of one.
    test = input_fn(DATASET.test, batch_size=10, epochs=1)
    first = self.train(estimator, 1).evaluate(test)
    metrics, _ = tf.estimator.train_and_evaluate(
      estimator,
      tf.estimator.TrainSpec(
        input_fn(DATASET.train, batch_size=10, epochs=None), max_steps=40
      ),
      tf.estimator.EvalSpec(test, steps=None, throttle_secs=0),
    )
    self.assertEqual(metrics["global_step"], 40)
    self.assertGreater(metrics["elbo"], first["elbo"] + 1)
    self.assertAlmostEqual(
      metrics["elbo"], -metrics["rate"] - metrics["distortion"], 3
    )
    self.assertEqual(metrics["elbo"], estimator.evaluate(test)["elbo"])

    # What it left is a run.
    with vae_graph.TrainedModel(self.model_dir) as model:
      self.assertEqual(model.step, 40)
      encoded = model.encode(images)
      # The rate has no noise in it, and is a mean over images.
      rate = kl_per_dimension(encoded.mean, encoded.stddev).sum()
      self.assertAlmostEqual(metrics["rate"], rate, 4)
      predicted = list(estimator.predict(test))
      self.assertLen(predicted, 23)
      for name, expected in (
        ("mean", encoded.mean),
        ("stddev", encoded.stddev),
        ("reconstruction", model.decode([each["code"] for each in predicted])),
      ):
        np.testing.assert_allclose(
          [each[name] for each in predicted], expected, 1e-4, 1e-5
        )
      self.check_export(estimator, images, model)

  def check_export(self, estimator, images, model):
    """Compares the signatures with those of docs/export.md."""

    def receiver():
      features = {
        "images": tf.placeholder(tf.float32, [None, *SHAPE], "images"),
        "noise": tf.placeholder(tf.float32, [None, 2], "noise"),
      }
      return tf.estimator.export.ServingInputReceiver(features, features)

    def receive_images():
      images = tf.placeholder(tf.float32, [None, *SHAPE])
      return tf.estimator.export.ServingInputReceiver(images, images)

    estimator.export_saved_model(
      os.path.join(self.folder, "without_noise"), receive_images
    )
    path = estimator.export_saved_model(
      os.path.join(self.folder, "estimator"), receiver
    )
    theirs = os.path.join(self.folder, "export")
    vae_graph.export_model(self.model_dir, theirs)
    noise = np.random.RandomState(0).randn(len(images), 2)
    names = ("encode", "reconstruct", "score")
    expected = serve(theirs, names, images, noise)
    found = serve(path.decode(), (*names, "serving_default"), images, noise)
    self.assertEqual(found.pop("serving_default").keys(), {"mean", "stddev"})
    for name, outputs in expected.items():
      self.assertEqual(outputs.keys(), found[name].keys())
      for key, value in outputs.items():
        np.testing.assert_allclose(found[name][key], value, 1e-4, 1e-4)

  def test_is_the_training_of_train(self):
    """Batches in the order of a run's give the run's weights."""
    config = toy_config(input_mode="feed", eval_every_epochs=0, seed=5)
    logdir = os.path.join(self.folder, "run")
    vae_graph.train(config, logdir, dataset=DATASET)
    order = np.concatenate(
      [
        vae_graph.randomness.epoch_order(5, epoch, num_images=64)[:60]
        for epoch in range(2)
      ]
    )
    images = vae_graph.Split(DATASET.train.images[order], None)
    self.make(config).train(input_fn(images, batch_size=10, epochs=1))
    self.assert_same_model(logdir, self.model_dir)
    # And train goes on with it.
    longer = dataclasses.replace(
      config, training=dataclasses.replace(config.training, epochs=3)
    )
    for folder in (logdir, self.model_dir):
      result = vae_graph.train(longer, folder, dataset=DATASET)
      self.assertEqual((result.step, result.complete), (18, True))
    self.assert_same_model(logdir, self.model_dir)

  def test_warm_start(self):
    logdir = os.path.join(self.folder, "run")
    config = toy_config(epochs=1)
    vae_graph.train(config, logdir, dataset=DATASET)
    estimator = self.make(
      toy_config(learning_rate=1e-30), warm_start_from=logdir
    )
    self.train(estimator, 1)
    self.assert_same_model(logdir, self.model_dir)

  def assert_same_model(self, logdir, model_dir):
    """Compares the weights of a run with those of an Estimator, by name."""
    with tf.Graph().as_default(), tf.Session() as session:
      vae = vae_graph.VAE(toy_config().model, SHAPE)
      restored = []
      for folder in (logdir, model_dir):
        vae_graph.restore_by_name(folder, vae.variables)(session)
        restored.append(session.run(vae.variables))
    for one, other in zip(*restored):
      np.testing.assert_allclose(one, other, 1e-4, 1e-6)

  def test_a_start_that_fails_binds_the_folder_to_nothing(self):
    class Failing(tf.train.SessionRunHook):
      def begin(self):
        raise ZeroDivisionError

    other = {"model": vae_graph.ModelConfig(hidden_units=(9,))}
    with self.assertRaises(ZeroDivisionError):
      self.make(other).train(
        input_fn(DATASET.train, batch_size=10, epochs=None),
        hooks=[Failing()],
        max_steps=1,
      )
    self.assertNotIn("config.json", os.listdir(self.model_dir))
    self.train(self.make(toy_config()), 1)

  def test_the_folder_of_another_model(self):
    self.train(self.make(toy_config()), 1)
    other = {"model": vae_graph.ModelConfig(hidden_units=(9,))}
    with self.assertRaisesRegex(
      vae_graph.errors.RunDirectoryError, "hidden_units"
    ):
      self.train(self.make(other), 2)

  @parameterized.parameters(
    ({"modle": {}}, (6, 5), vae_graph.errors.ConfigError, "params has modle"),
    (
      {"model": 3},
      (6, 5),
      vae_graph.errors.ConfigError,
      "ModelConfig, found 3",
    ),
    (
      {"objective": "elbo"},
      (6, 5),
      vae_graph.errors.ConfigError,
      "objective must be of type ObjectiveConfig, found 'elbo'",
    ),
    ({}, (None, 5), vae_graph.errors.TensorError, "call set_shape"),
  )
  def test_what_is_refused(self, params, shape, error, message):
    with tf.Graph().as_default(), self.assertRaisesRegex(error, message):
      vae_graph.estimator.model_fn(
        tf.placeholder(tf.float32, (None, *shape)), None, "train", params
      )


@absltest.skipIf(HAS_ESTIMATOR, "this TensorFlow has an Estimator")
class NoEstimatorTest(absltest.TestCase):
  def test_names_the_way_out(self):
    with self.assertRaisesRegex(
      vae_graph.errors.UnsupportedError, "1.15 to 2.15.*use vae_graph.train"
    ):
      vae_graph.estimator.model_fn(None, None, "train", {})


def serve(folder, names, images, noise):
  """Returns what signatures of a SavedModel give, `{name: {key: value}}`."""
  given = {"images": images, "noise": noise}
  with tf.Graph().as_default(), tf.Session() as session:
    meta_graph = tf.saved_model.loader.load(session, ["serve"], folder)
    signatures = {name: meta_graph.signature_def[name] for name in names}
    return {
      name: session.run(
        {key: each.name for key, each in signature.outputs.items()},
        {each.name: given[key] for key, each in signature.inputs.items()},
      )
      for name, signature in signatures.items()
    }


if __name__ == "__main__":
  absltest.main()
