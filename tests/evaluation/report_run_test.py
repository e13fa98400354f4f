import dataclasses
import os
import tempfile
from unittest import mock

from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph.evaluation.report_run import make_report_run
from vae_graph.inference import run_images
from vae_graph.runs import json_files

QUICK = vae_graph.EvaluationConfig(importance_samples=2)
TITLES = [
  "Codes",
  "Latent plane",
  "Samples",
  "Reconstructions",
  "Traversals",
  "Interpolations",
  "KL per dimension",
]


class ReportRunTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(folder, "run")
    self.path = os.path.join(self.logdir, "evaluation.json")

  def _train(self, dataset=None, objective="elbo", **model):
    config = toy_config(epochs=1)
    config = dataclasses.replace(
      config,
      model=dataclasses.replace(config.model, **model),
      objective=vae_graph.ObjectiveConfig(objective=objective),
    )
    dataset = dataset or toy_dataset()
    vae_graph.train(config, self.logdir, dataset=dataset)
    self.enter_context(
      mock.patch.object(
        run_images, "load_observed_dataset", return_value=dataset
      )
    )

  def _titles(self, evaluation_config=QUICK):
    run = make_report_run(
      self.logdir, "name", evaluation_config=evaluation_config
    )
    return [picture.title for picture in run.pictures]

  @parameterized.named_parameters(
    ("one_dimension", {"code_size": 1}, ["Latent plane"]),
    ("three_dimensions", {"code_size": 3}, []),
    (
      "no_density",
      {"posterior": "deterministic", "objective": "mmd_vae"},
      ["KL per dimension"],
    ),
  )
  def test_pictures_that_a_model_can_have(self, model, missing):
    self._train(**model)
    titles = [title for title in TITLES if title not in missing]
    self.assertEqual(self._titles(), titles)

  @parameterized.parameters(False, True)
  def test_classes_where_there_are_labels(self, has_labels):
    dataset = toy_dataset()
    if not has_labels:
      splits = [split._replace(labels=None) for split in dataset]
      dataset = vae_graph.Dataset(*splits)
    self._train(dataset)
    run = make_report_run(self.logdir, "name", evaluation_config=QUICK)
    caption = run.pictures[0].caption
    self.assertEqual("colored by class" in caption, has_labels)

  def test_settings_that_are_read_and_the_origin(self):
    self._train()
    origin = {"checkpoint": "/old/model.ckpt-12", "step": 12}
    vae_graph.RunDirectory(self.logdir).write_imported_from(origin)
    run = make_report_run(self.logdir, "name", evaluation_config=QUICK)
    self.assertEqual(run.config["model"]["hidden_units"], [8])
    self.assertNotIn("iaf_steps", run.config["model"])
    self.assertNotIn("momentum", run.config["training"])
    self.assertEqual(run.imported_from, origin)

  def test_a_single_test_image(self):
    self._train(toy_dataset(num_test=1))
    titles = [title for title in TITLES if title != "Interpolations"]
    self.assertEqual(self._titles(), titles)

  def test_whose_figures(self):
    self._train()
    files = set(os.listdir(self.logdir))
    run = make_report_run(self.logdir, "name", evaluation_config=QUICK)
    self.assertEqual(run.name, "name")
    self.assertEqual(run.config["model"]["code_size"], 2)
    self.assertEqual([record["step"] for record in run.metrics], [0, 6])
    self.assertEqual([each.title for each in run.pictures], TITLES)
    self.assertEqual(run.evaluation["importance_samples"], 2)
    self.assertEqual(json_files.read_json_object(self.path), run.evaluation)
    self.assertEqual(
      set(os.listdir(self.logdir)) - files,
      {"evaluation.json", "evaluations.jsonl"},
    )
    # Kept figures are taken, unless they are of something else.
    kept = dict(run.evaluation, elbo=-1.5)
    provenance = kept["provenance"]
    for change, is_taken in (
      ({}, True),
      ({"weights": "0" * 32}, False),
      ({"averaged": True}, False),
      ({"data": dict(provenance["data"], test={})}, False),
      ({"settings": dict(provenance["settings"], neighbors=4)}, False),
    ):
      changed = dict(kept, provenance=dict(provenance, **change))
      json_files.write_json(self.path, changed)
      run = make_report_run(self.logdir, "name", evaluation_config=QUICK)
      self.assertEqual(run.evaluation["elbo"] == -1.5, is_taken, change)
    # Of other settings, and of a version that did not say of what it is.
    for other in (kept, {k: v for k, v in kept.items() if k != "provenance"}):
      json_files.write_json(self.path, other)
      run = make_report_run(self.logdir, "name")
      self.assertEqual(run.evaluation["importance_samples"], 100)

  def test_damaged_figures_are_made_anew(self):
    self._train()
    with open(self.path, "w", encoding="utf-8") as file:
      file.write('{"step"')
    with self.assertLogs("vae_graph", level="WARNING") as logs:
      run = make_report_run(self.logdir, "name", evaluation_config=QUICK)
    self.assertLen(logs.output, 1)
    self.assertRegex(logs.output[0], "evaluation.json cannot be read .* anew$")
    self.assertEqual(json_files.read_json_object(self.path), run.evaluation)

  def test_figures_that_cannot_be_kept_are_shown(self):
    self._train()
    os.mkdir(os.path.join(self.logdir, "evaluations.jsonl"))
    with self.assertLogs(level="WARNING") as logs:
      run = make_report_run(self.logdir, "name", evaluation_config=QUICK)
    self.assertLess(run.evaluation["elbo"], 0)
    (record,) = logs.records
    self.assertRegex(
      record.getMessage(), "are not kept: .*evaluations.jsonl cannot be written"
    )


if __name__ == "__main__":
  absltest.main()
