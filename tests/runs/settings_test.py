"""Settings of runs that another version, or another program, has written."""

import json
import os
import tempfile

from absl.testing import absltest

from vae_graph import config as configs
from vae_graph import errors, registry
from vae_graph.runs import settings
from vae_graph.runs.run_data import RunData


class SettingsTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    folder = self.enter_context(tempfile.TemporaryDirectory())
    self.path = os.path.join(folder, "config.json")

  def _write(self, config, **changes):
    """Writes settings, and then changes some: part=dict."""
    settings.write(
      self.path,
      settings.RunSettings(config, (28, 28)),
      versions={},
      data=RunData(),
    )
    with open(self.path, encoding="utf-8") as file:
      content = json.load(file)
    for part, values in changes.items():
      content["config"][part].update(values)
    with open(self.path, "w", encoding="utf-8") as file:
      json.dump(content, file)

  def test_what_nothing_reads_is_left_out_of_an_old_run(self):
    config = configs.ExperimentConfig(
      objective=configs.ObjectiveConfig(objective="elbo_mc", beta=2.0)
    )
    self._write(
      config,
      training={"momentum": 0.9, "decay_steps": 5},
      objective={"importance_samples": 50},
      model={"iaf_steps": 7},
    )
    found = settings.read(self.path)
    self.assertEqual(found.config, config)
    settings.check_same(
      self.path,
      there=found,
      asked=settings.RunSettings(config, (28, 28)),
    )

  def test_arrays_of_an_old_run_are_taken_as_they_are(self):
    for dataset, expected in (("npz", "channels_last"), ("mnist", "auto")):
      data_config = configs.DataConfig(dataset=dataset, data_dir="/somewhere")
      config = configs.ExperimentConfig(data=data_config)
      self._write(config)
      self.assertEqual(settings.read(self.path).config, config)
      with open(self.path, encoding="utf-8") as file:
        content = json.load(file)
      del content["config"]["data"]["data_format"]
      with open(self.path, "w", encoding="utf-8") as file:
        json.dump(content, file)
      found = settings.read(self.path).config.data
      self.assertEqual(found.data_format, expected)

  def test_what_is_read_is_kept(self):
    config = configs.ExperimentConfig(
      training=configs.TrainingConfig(optimizer="sgd", momentum=0.9)
    )
    self._write(config)
    self.assertEqual(settings.read(self.path).config, config)

  def test_a_choice_that_is_no_name_is_refused_in_a_line(self):
    for damage in (["diagonal"], None, 3):
      self._write(configs.ExperimentConfig(), model={"posterior": damage})
      with self.subTest(damage), self.assertRaisesRegex(
        errors.RunDirectoryError, "cannot be read .posterior must be str"
      ) as caught:
        settings.read(self.path)
      self.assertNotIn("\n", str(caught.exception))

  def test_a_part_that_is_not_registered_is_named(self):
    registry.POSTERIORS["mine"] = object
    self.addCleanup(registry.POSTERIORS.pop, "mine", None)
    config = configs.ExperimentConfig(
      model=configs.ModelConfig(posterior="mine"),
      objective=configs.ObjectiveConfig(objective="elbo_mc"),
    )
    self._write(config)
    self.assertEqual(settings.read(self.path).config, config)
    del registry.POSTERIORS["mine"]
    with self.assertRaisesRegex(
      errors.RunDirectoryError,
      "names posterior 'mine', which is not registered here, only diagonal,"
      ".* vae_graph.registry before a run with it is loaded$",
    ) as caught:
      settings.read(self.path)
    self.assertNotIn("\n", str(caught.exception))


if __name__ == "__main__":
  absltest.main()
