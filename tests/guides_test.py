"""What the guides show runs, and what they name is there."""

import dataclasses
import glob
import os
import re
import tempfile

import numpy as np
from absl import flags
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_dataset
from vae_graph.compat import tf

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GUIDES = sorted(
  os.path.relpath(path, ROOT)
  for pattern in ("*.md", "docs/*.md", "docs/examples/*.md")
  for path in glob.glob(os.path.join(ROOT, pattern))
)


def read(path):
  with open(os.path.join(ROOT, path), encoding="utf-8") as file:
    return file.read()


def unindented(code):
  return "\n".join(line.strip() for line in code.splitlines())


def blocks(guide, language):
  """Returns the blocks of code of a guide, by the words of their heading."""
  found = {}
  for section in re.split(r"^## ", read(guide), flags=re.M)[1:]:
    pattern = rf"^```{language}\n(.*?)^```"
    for block in re.findall(pattern, section, re.M | re.S):
      found.setdefault(section.partition("\n")[0], []).append(block)
  return found


def anchors(guide):
  """Returns what links to the headings of a guide end in."""
  for heading in re.findall(r"^#+ (.*)$", read(guide), re.M):
    yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class LinksTest(parameterized.TestCase):
  @parameterized.named_parameters(*[(f"of_{path}", path) for path in GUIDES])
  def test_what_is_linked_is_there(self, guide):
    text = re.sub(r"(?s)```.*?```|`[^`]*`", "", read(guide))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
      path, _, anchor = link.partition("#")
      if "://" in path:
        continue
      target = os.path.join(os.path.dirname(guide), path) if path else guide
      self.assertTrue(os.path.exists(os.path.join(ROOT, target)), link)
      if anchor:
        self.assertIn(anchor, list(anchors(target)), link)


class MigrationTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.folder = self.enter_context(tempfile.TemporaryDirectory())

  def _run(self, heading, **names):
    """Runs the block of a section; returns what it defines."""
    (block,) = blocks("docs/migration.md", "python")[heading]
    found = dict(names, tf=tf, np=np, vae_graph=vae_graph, flags=flags)
    exec(block, found)
    return found

  def test_the_model(self):
    images = tf.random.stateless_uniform([8, 28, 28], (0, 0))
    found = self._run("Distributions: tf.contrib.distributions", images=images)
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      by_parts, at_once = session.run([found["elbo"], found["terms"].elbo])
      session.run(found["train_step"])
      self.assertEqual(session.run(found["step"]), 1)
    np.testing.assert_allclose(by_parts, np.mean(at_once), rtol=1e-5)

  def test_the_data(self):
    self.addCleanup(os.chdir, os.getcwd())
    os.chdir(self.folder)
    dataset = toy_dataset(num_train=5010)
    found = self._run(
      "Data: tensorflow.examples.tutorials.mnist", dataset=dataset
    )
    loaded = vae_graph.load_dataset(found["data_config"])
    np.testing.assert_array_equal(
      loaded.train.images, dataset.train.images[5000:]
    )
    np.testing.assert_array_equal(loaded.test.labels, dataset.test.labels)

  def test_the_layers(self):
    self._run(
      "Layers: tf.layers, tf.contrib.layers, slim", vectors=tf.zeros([8, 784])
    )

  def test_a_checkpoint(self):
    vae = vae_graph.VAE(vae_graph.ModelConfig(hidden_units=(3,)), (4, 4))
    checkpoint = os.path.join(self.folder, "model.ckpt")
    with tf.Session() as session:
      session.run([variable.initializer for variable in vae.variables])
      tf.train.Saver().save(session, checkpoint)
    self._run("Checkpoints", vae=vae, checkpoint=checkpoint)

  def test_flags(self):
    self._run("Flags: tf.app.flags")

  def test_what_stands_here_is_here(self):
    rows = re.findall(r"^\| (.*) \| (.*) \|$", read("docs/migration.md"), re.M)
    here = " ".join(cell for _, cell in rows)
    for name in re.findall(r"vae_graph\.([A-Za-z]\w*)", here):
      self.assertIn(name, vae_graph.__all__)
    settings = {"follow", "logdir"}
    for config_class in (
      vae_graph.DataConfig,
      vae_graph.ImportConfig,
      vae_graph.ModelConfig,
      vae_graph.ObjectiveConfig,
      vae_graph.SessionConfig,
      vae_graph.TrainingConfig,
    ):
      settings |= {field.name for field in dataclasses.fields(config_class)}
    flags_here = re.findall(r"(?<!tf_upgrade_v2 )--(\w+)", here)
    self.assertEqual(set(flags_here) - settings, set())

  def test_no_block_is_left_out(self):
    self.assertLen(blocks("docs/migration.md", "python"), 5)


class IntegrationTest(absltest.TestCase):
  def test_every_example_is_in_the_guide(self):
    guide = read("docs/integration.md")
    for path in glob.glob(os.path.join(ROOT, "docs/examples/*.py")):
      self.assertIn(f"(examples/{os.path.basename(path)})", guide)

  def test_what_is_shown_is_in_an_example(self):
    programs = unindented(
      "".join(
        read(path)
        for path in glob.glob(os.path.join(ROOT, "docs/examples/*.py"))
      )
    )
    for shown in blocks("docs/integration.md", "python").values():
      for block in shown:
        self.assertIn(unindented(block), programs)

  def test_what_a_consumer_of_bazel_needs(self):
    ((lines,),) = blocks("docs/integration.md", "starlark").values()
    self.assertEndsWith(
      read("docs/examples/bazel_consumer/WORKSPACE"), f"\n\n{lines}"
    )


if __name__ == "__main__":
  absltest.main()
