import os
import re
import tempfile

from absl.testing import absltest

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph.compat import tf


def examples():
  """Returns the Python examples of the README, in order."""
  root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
  with open(os.path.join(root, "README.md"), encoding="utf-8") as file:
    return re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)


class ReadmeTest(absltest.TestCase):
  def test_the_graph_example_runs_and_trains(self):
    def my_reader():
      return tf.random.stateless_uniform([8, 28, 28], (0, 0))

    names = {"my_reader": my_reader}
    with tf.Graph().as_default(), tf.Session() as session:
      exec(examples()[0], names)
      self.assertIsInstance(names["vae"], vae_graph.VAE)
      session.run(tf.global_variables_initializer())
      terms, train = names["terms"], names["train"]
      losses = [session.run([terms.loss, train])[0] for _ in range(20)]
      self.assertEqual(session.run(names["step"]), 20)
      self.assertEqual(session.run(names["samples"]).shape, (10, 28, 28))
    self.assertLess(losses[-1], losses[0] - 1)

  def test_the_example_with_a_trained_model_runs(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    vae_graph.train(toy_config(), folder, dataset=toy_dataset())
    images = toy_dataset().test.images
    example = examples()[1].replace("runs/quickstart", folder)
    names = {"vae_graph": vae_graph, "images": images}
    exec(example, names)
    self.assertEqual(names["codes"].shape, (len(images), 2))
    self.assertEqual(names["pictures"].shape, images.shape)
    self.assertEqual(names["log_likelihood"].shape, (len(images),))


if __name__ == "__main__":
  absltest.main()
