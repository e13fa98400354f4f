import dataclasses
import tempfile

import numpy as np
from absl.testing import absltest

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph.training.split_terms import in_evaluation_order

MMD_VAE = vae_graph.ObjectiveConfig(objective="mmd_vae")


class EvaluationOrderTest(absltest.TestCase):
  def test_is_the_splits_own_where_the_loss_is_a_mean_over_images(self):
    images = toy_dataset().test.images
    for objective in ("elbo", "elbo_mc", "iwae"):
      config = vae_graph.ObjectiveConfig(objective=objective)
      self.assertIs(in_evaluation_order(images, config), images)

  def test_is_another_but_always_the_same_where_it_is_of_a_whole_batch(self):
    images = np.arange(1000)
    for config in (
      MMD_VAE,
      vae_graph.ObjectiveConfig(objective="infovae"),
      vae_graph.ObjectiveConfig(free_bits=0.1),
    ):
      order = in_evaluation_order(images, config)
      np.testing.assert_array_equal(np.sort(order), images)
      np.testing.assert_array_equal(order, in_evaluation_order(images, config))
      # A batch has images of all parts of the split.
      self.assertGreater(np.ptp(order[:50]), 800)

  def test_the_mmd_of_a_sorted_split_is_that_of_the_split(self):
    # Batches of one class each would be far from the prior.
    dataset = toy_dataset(num_train=600, num_test=600)
    labels = np.argsort(dataset.test.labels, kind="stable")
    test = vae_graph.Split(
      dataset.test.images[labels], dataset.test.labels[labels]
    )
    config = dataclasses.replace(
      toy_config(epochs=10),
      model=vae_graph.ModelConfig(hidden_units=(8,), posterior="deterministic"),
      objective=dataclasses.replace(MMD_VAE, infovae_lambda=10.0),
    )
    losses = []
    for size in (100, 600):
      with tempfile.TemporaryDirectory() as logdir:
        result = vae_graph.train(
          dataclasses.replace(
            config,
            training=dataclasses.replace(config.training, eval_batch_size=size),
          ),
          logdir,
          dataset=vae_graph.Dataset(dataset.train, test),
        )
        losses.append(result.metrics["test_loss"])
    # The estimate is biased by (1 + 1) (1 - E k) / n, with E k = 1/2.
    biases = [config.objective.infovae_lambda / size for size in (100, 600)]
    self.assertAlmostEqual(
      losses[0] - biases[0], losses[1] - biases[1], delta=0.1
    )


if __name__ == "__main__":
  absltest.main()
