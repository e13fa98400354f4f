import os
import re
import tempfile

from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph import registry
from vae_graph.compat import tf

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def readme():
  with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
    return file.read()


def examples():
  """Returns the Python examples of the README, in order."""
  return re.findall(r"```python\n(.*?)```", readme(), re.DOTALL)


def rows(head):
  """Returns the cells of the table whose first title is `head`, by row."""
  table = re.search(
    rf"^\| {head} \|.*\n\| ---.*\n((?:\|.*\n)+)", readme(), re.M
  )
  return [line.strip("| ").split(" | ") for line in table[1].splitlines()]


def names(text):
  """Returns what is in backquotes, but for flags."""
  return re.findall(r"`(\w+)`", text)


class ReadmeTest(parameterized.TestCase):
  def test_the_graph_example_runs_and_trains(self):
    def my_reader():
      return tf.random.stateless_uniform([8, 28, 28], (0, 0))

    found = {"my_reader": my_reader}
    with tf.Graph().as_default(), tf.Session() as session:
      exec(examples()[0], found)
      self.assertIsInstance(found["vae"], vae_graph.VAE)
      session.run(tf.global_variables_initializer())
      terms, train_step = found["terms"], found["train_step"]
      losses = [session.run([terms.loss, train_step])[0] for _ in range(20)]
      self.assertEqual(session.run(found["step"]), 20)
      self.assertEqual(session.run(found["samples"]).shape, (10, 28, 28))
    self.assertLess(losses[-1], losses[0] - 1)

  def test_the_example_with_a_trained_model_runs(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    vae_graph.train(toy_config(), folder, dataset=toy_dataset())
    images = toy_dataset().test.images
    example = examples()[1].replace("runs/quickstart", folder)
    found = {"vae_graph": vae_graph, "images": images}
    exec(example, found)
    self.assertEqual(found["codes"].shape, (len(images), 2))
    self.assertEqual(found["decoded"].shape, images.shape)
    self.assertEqual(found["log_likelihood"].shape, (len(images),))

  @parameterized.parameters(
    ("posterior", registry.POSTERIORS),
    ("prior", registry.PRIORS),
    ("likelihood", registry.LIKELIHOODS),
    ("objective", registry.OBJECTIVES),
    ("optimizer", registry.OPTIMIZERS),
    ("learning_rate_schedule", registry.SCHEDULES),
  )
  def test_the_choices_of_a_flag_are_those_of_the_registry(self, flag, parts):
    (cell,) = [row[1] for row in rows("flag") if row[0] == f"`--{flag}`"]
    self.assertEqual(names(cell), list(parts))

  @parameterized.parameters(
    ("network", registry.NETWORKS), ("dataset", registry.DATASETS)
  )
  def test_the_rows_of_a_flag_are_those_of_the_registry(self, flag, parts):
    cells = [row[0] for row in rows(f"`--{flag}`")]
    self.assertEqual(
      [each for cell in cells for each in names(cell)], list(parts)
    )

  def test_what_is_to_be_edited_is_there(self):
    for _, cell in rows("to change"):
      folder = ""
      for path in re.findall(r"`([^`]+)`", cell):
        # A name alone is in, or beside, the folder of the one before.
        places = [
          ROOT,
          os.path.join(ROOT, "vae_graph"),
          os.path.join(ROOT, folder),
        ]
        found = [place for place in places if self._is_there(place, path)]
        self.assertNotEmpty(found, path)
        folder = os.path.dirname(path) or folder

  def _is_there(self, place, path):
    return os.path.exists(os.path.join(place, path.replace("*.flags", "")))

  def test_every_public_name_in_it_is_one(self):
    for name in re.findall(r"vae_graph\.([A-Za-z_]+)", readme()):
      self.assertIn(name, vae_graph.__all__)


if __name__ == "__main__":
  absltest.main()
