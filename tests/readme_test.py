import os
import re

from absl.testing import absltest

import vae_graph
from vae_graph.compat import tf


class ReadmeTest(absltest.TestCase):
  def test_the_example_runs_and_trains(self):
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(os.path.join(root, "README.md"), encoding="utf-8") as file:
      (example,) = re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)

    def my_reader():
      return tf.random.stateless_uniform([8, 28, 28], (0, 0))

    names = {"my_reader": my_reader}
    with tf.Graph().as_default(), tf.Session() as session:
      exec(example, names)
      self.assertIsInstance(names["vae"], vae_graph.VAE)
      session.run(tf.global_variables_initializer())
      terms, train = names["terms"], names["train"]
      losses = [session.run([terms.loss, train])[0] for _ in range(20)]
      self.assertEqual(session.run(names["step"]), 20)
      self.assertEqual(session.run(names["samples"]).shape, (10, 28, 28))
    self.assertLess(losses[-1], losses[0] - 1)


if __name__ == "__main__":
  absltest.main()
