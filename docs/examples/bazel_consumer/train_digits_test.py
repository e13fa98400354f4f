import train_digits
from absl.testing import absltest

import vae_graph


class TrainTest(absltest.TestCase):
  def test_the_loss_falls(self):
    model_config = vae_graph.ModelConfig(hidden_units=(16,))
    losses = train_digits.train(model_config, steps=20)
    self.assertLess(losses[-1], losses[0] - 10)


if __name__ == "__main__":
  absltest.main()
