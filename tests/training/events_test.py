import dataclasses
import glob
import os
import tempfile

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

import vae_graph
from tests.training.file_size_limit import file_size_limit
from tests.training.toy import toy_config, toy_dataset
from vae_graph.compat import tf
from vae_graph.training.events import EventWriter


def scalars(folder):
  """The scalars in the event files of a folder, `{tag: {step: value}}`."""
  values = {}
  for path in sorted(glob.glob(os.path.join(folder, "events.*"))):
    for event in tf.train.summary_iterator(path):
      for value in event.summary.value:
        kind = value.WhichOneof("value")
        content = value.simple_value if kind == "simple_value" else kind
        values.setdefault(value.tag, {})[event.step] = content
  return values


class RunEventsTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(folder, "run")

  def test_events_hold_train_and_test_scalars_and_plots(self):
    config = toy_config(epochs=2, summary_every_steps=4, plot_every_epochs=1)
    vae_graph.train(config, self.logdir, dataset=toy_dataset())
    events = os.path.join(self.logdir, "events")
    train = scalars(os.path.join(events, "train"))
    test = scalars(os.path.join(events, "test"))
    self.assertEqual(list(train["elbo"]), [4, 8, 12])
    self.assertEqual(list(test["elbo"]), [0, 6, 12])
    metrics = vae_graph.RunDirectory(self.logdir).read_metrics()
    for step, record in zip((0, 6, 12), metrics):
      self.assertAlmostEqual(test["elbo"][step], record["test_elbo"], places=4)
    self.assertEqual(test["samples"], {6: "image", 12: "image"})

  @parameterized.parameters(
    ({}, {}, True),
    ({"posterior": "full_covariance"}, {}, True),
    ({"posterior": "iaf"}, {"objective": "elbo_mc"}, False),
    ({"posterior": "deterministic"}, {"objective": "mmd_vae"}, False),
    ({"prior": "mixture"}, {"objective": "elbo_mc"}, False),
  )
  def test_events_say_how_much_of_the_code_is_used(self, model, objective, kl):
    config = dataclasses.replace(
      toy_config(epochs=1),
      model=vae_graph.ModelConfig(hidden_units=(8,), **model),
      objective=vae_graph.ObjectiveConfig(**objective),
    )
    vae_graph.train(config, self.logdir, dataset=toy_dataset())
    test = scalars(os.path.join(self.logdir, "events", "test"))
    self.assertEqual(list(test["active_units"]), [0, 6])
    found = test.get("kl_per_dimension")
    self.assertEqual(found, {0: "histo", 6: "histo"} if kl else None)


class FullDiskTest(absltest.TestCase):
  def test_one_warning_and_what_was_written_is_whole(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    with EventWriter(folder) as events:
      events.scalars({"elbo": 1.0}, 1)
      (path,) = glob.glob(os.path.join(folder, "events.*"))
      with file_size_limit(os.path.getsize(path) + 20), self.assertLogs(
        level="WARNING"
      ) as logs:
        for step in (2, 3):
          events.scalars({"elbo": 2.0}, step)
      # Half an event is at the file's end, and what comes behind one is lost.
      events.scalars({"elbo": 4.0}, 4)
    self.assertLen(logs.records, 1)
    self.assertRegex(
      logs.records[0].getMessage(),
      f"no more events .* {folder}, which cannot .*File too large.*goes on$",
    )
    with self.assertRaises(tf.errors.DataLossError):
      for event in tf.train.summary_iterator(path):
        last = event
    self.assertEqual(last.step, 1)

  def test_a_folder_that_cannot_be_made(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    path = os.path.join(folder, "file")
    with open(path, "wb"):
      pass
    with self.assertLogs(level="WARNING") as logs:
      with EventWriter(os.path.join(path, "train")) as events:
        events.scalars({"elbo": 1.0}, 1)
    self.assertLen(logs.records, 1)


class HistogramTest(absltest.TestCase):
  def _write(self, values):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    with EventWriter(folder) as events:
      events.histogram("name", values, step=3)
    events = [
      event
      for path in glob.glob(os.path.join(folder, "*"))
      for event in tf.train.summary_iterator(path)
      if event.summary.value
    ]
    if not events:
      return None
    (event,) = events
    self.assertEqual(event.step, 3)
    (value,) = event.summary.value
    self.assertEqual(value.tag, "name")
    return value.histo

  def test_counts_each_value_in_its_bucket(self):
    values = np.random.RandomState(0).gamma(1.0, size=200)
    found = self._write(values)
    self.assertEqual(found.num, 200)
    self.assertAlmostEqual(found.sum, values.sum())
    self.assertAlmostEqual(found.sum_squares, (values**2).sum())
    self.assertEqual((found.min, found.max), (values.min(), values.max()))
    below = [np.sum(values < limit) for limit in found.bucket_limit[:-1]]
    np.testing.assert_array_equal(np.cumsum(found.bucket), below + [200])
    self.assertEqual(found.bucket_limit[-1], values.max())

  def test_a_single_value_lies_within_the_limits(self):
    found = self._write([2.0])
    self.assertLess(found.min, 2.0)
    self.assertGreater(found.max, 2.0)
    limits = [found.min] + list(found.bucket_limit)
    self.assertTrue(np.all(np.diff(limits) > 0))

  def test_leaves_out_what_is_not_finite(self):
    self.assertEqual(self._write([1.0, np.inf, np.nan, 2.0]).num, 2)
    self.assertIsNone(self._write([np.nan]))


class PlotsTest(absltest.TestCase):
  def test_plots_tell_their_size(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    path = os.path.join(folder, "picture.png")
    Image.new("L", (7, 5)).save(path)
    with EventWriter(folder) as events:
      events.plots({"name": path}, step=3)
    (written,) = glob.glob(os.path.join(folder, "events.*"))
    (image,) = [
      value.image
      for event in tf.train.summary_iterator(written)
      for value in event.summary.value
    ]
    self.assertEqual((image.width, image.height), (7, 5))
    with open(path, "rb") as file:
      self.assertEqual(image.encoded_image_string, file.read())


if __name__ == "__main__":
  absltest.main()
