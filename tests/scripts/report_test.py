import dataclasses
import os
import re

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.report import browser
from tests.scripts.binary import run
from tests.scripts.trained_run import TrainedRunTestCase
from tests.training.toy import toy_dataset
from vae_graph.runs import json_files


class ReportBinaryTest(TrainedRunTestCase):
  binary = "scripts.report"

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls.other = os.path.join(cls.folder, "other")
    config = dataclasses.replace(
      cls.config,
      model=dataclasses.replace(
        cls.config.model, code_size=3, posterior="deterministic"
      ),
      objective=vae_graph.ObjectiveConfig(objective="mmd_vae"),
    )
    vae_graph.train(config, cls.other)

  def setUp(self):
    super().setUp()
    self.output += ".html"
    for logdir in (self.logdir, self.other):
      if os.path.exists(self._evaluation(logdir)):
        os.remove(self._evaluation(logdir))

  def _page(self, *arguments):
    (path,) = self.run_binary(*arguments)
    self.assertEqual(path, self.output)
    with open(path, encoding="utf-8") as file:
      return file.read()

  def _evaluation(self, logdir):
    return os.path.join(logdir, "evaluation.json")

  def test_two_runs_and_then_one_that_is_evaluated_already(self):
    page = self._page(f"--logdir={self.other}", "--title=Bars & codes")
    self.assertIn("<h1>Bars &amp; codes</h1>", page)
    for name in ("run", "other"):
      self.assertRegex(page, f'<h3 class="run-[12]">{name}</h3>')
    # Interpolations, latent plane, samples and so on; one has no KL divergence.
    sources = re.findall('<img src="(.*?)"', page)
    self.assertLen(sources, 13)
    for source in sources:
      self.assertStartsWith(source, "data:image/png;base64,")
    self.assertNotRegex(page, "https?:|url[(]|@import")
    for link in re.findall('href="(.*?)"', page):
      self.assertStartsWith(link, "#")

    # A figure that shows where it is from.
    evaluation = json_files.read_json_object(self._evaluation(self.logdir))
    self.assertEqual(evaluation["importance_samples"], 100)
    evaluation["elbo"] = -98765.4
    json_files.write_json(self._evaluation(self.logdir), evaluation)
    page = self._page("--names=again")
    self.assertIn(">again</h3>", page)
    self.assertIn("−98,765.40", page)
    # Flags of the evaluation ask for a new one.
    page = self._page("--importance_samples=3")
    self.assertNotIn("−98,765.40", page)
    self.assertIn("3 samples an image", page)

  def _evaluate(self, *arguments):
    """Runs scripts.evaluate; returns the ELBO as a page shows it."""
    result = run(
      f"--logdir={self.logdir}", *arguments, binary="scripts.evaluate"
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    return re.search(r"\nELBO +(\S+)", result.stdout).group(1)

  def test_figures_are_of_the_weights_and_images_beside_them(self):
    right = self._evaluate()
    self.assertIn(right, self._page())
    train, test = toy_dataset(num_test=19, shape=self.shape)
    other_data = os.path.join(self.folder, "other.npz")
    np.savez(other_data, x_train=train.images, x_test=test.images)
    training = dataclasses.replace(self.config.training, seed=1)
    other_run = os.path.join(self.folder, "other_run")
    vae_graph.train(
      dataclasses.replace(self.config, training=training), other_run
    )
    for arguments in (
      [f"--data_dir={other_data}"],
      [f"--checkpoint={other_run}/model.ckpt-12"],
      ["--importance_samples=1"],
      ["--max_images=5"],
    ):
      with self.subTest(arguments):
        wrong = self._evaluate(*arguments)
        self.assertNotEqual(wrong, right)
        page = self._page()
        self.assertIn(right, page)
        self.assertNotIn(wrong, page)

  def test_a_browser_shows_all_and_asks_for_nothing(self):
    shown = browser.start(self)
    self._page(f"--logdir={self.other}")
    shown.open(self.output)
    widths = shown.evaluate("[...document.images].map(i => i.naturalWidth)")
    self.assertLen(widths, 13)
    self.assertGreater(min(widths), 0)
    self.assertEqual(shown.requests, ["file://" + self.output])
    self.assertEmpty(shown.complaints)

  @parameterized.parameters(
    (2, "--logdir is missing; name the folder of a run", "--logdir="),
    (1, "nowhere does not exist, expected the dir", "--logdir=/nowhere"),
    (2, "--names must be a different one for each of 1 runs", "--names=a,b"),
    (1, "nowhere.npz: found no such file", "--data_dir=/nowhere.npz"),
  )
  def test_errors_are_one_line(self, exit_code, message, *arguments):
    self.assert_fails(exit_code, message, *arguments)

  def test_an_output_that_cannot_be_written(self):
    path = os.path.join(self.folder, "file")
    with open(path, "w", encoding="utf-8"):
      pass
    self.assert_fails(
      1,
      "file/report.html cannot be written .*choose another --output",
      f"--output={path}/report.html",
      # Before the work: that there are no such data would be seen later.
      "--data_dir=/nowhere.npz",
    )

  def test_names_of_all_runs_differ(self):
    for arguments in (["--names=a,a"], []):
      with self.subTest(arguments):
        logdirs = [f"--logdir={self.logdir}"] * 2
        result = run(*arguments, *logdirs, binary=self.binary)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(
          result.stderr, "^report: error: --names must be a different one"
        )
        self.assertLen(result.stderr.splitlines(), 1)


if __name__ == "__main__":
  absltest.main()
