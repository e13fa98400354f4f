import dataclasses
import tempfile
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph.runtime import blocks
from vae_graph.training import split_terms
from vae_graph.training.split_terms import in_evaluation_order

MMD_VAE = vae_graph.ObjectiveConfig(objective="mmd_vae")


class BatchesTest(parameterized.TestCase):
  def _evaluate(self, config, dataset):
    with tempfile.TemporaryDirectory() as logdir:
      vae_graph.train(config, logdir, dataset=dataset)
      return [
        {
          name: value
          for name, value in record.items()
          if name.startswith("test_")
        }
        for record in vae_graph.RunDirectory(logdir).read_metrics()
      ]

  @parameterized.parameters(
    ("elbo", "none"), ("elbo_mc", "dynamic"), ("iwae", "none")
  )
  def test_figures_are_the_same_however_many_images_at_once(
    self, objective, binarization
  ):
    dataset = toy_dataset(num_test=2300)
    sizes, found = [], []
    for size, memory in ((1000, None), (7, None), (2000, 100000)):
      config = toy_config(binarization, epochs=1, eval_batch_size=size)
      config = dataclasses.replace(
        config, objective=vae_graph.ObjectiveConfig(objective=objective)
      )
      patched = mock.patch.object(blocks, "MEMORY", memory or blocks.MEMORY)
      spy = mock.patch.object(
        split_terms, "evaluation_seed", wraps=split_terms.evaluation_seed
      )
      with patched, spy as batches:
        found.append(self._evaluate(config, dataset))
      sizes.append(batches.call_count)
    # Two evaluations, the plot of the codes, and the reconstructions.
    self.assertEqual(sizes[0], 3 + 3 + 3 + 1)
    self.assertGreater(min(sizes[1:]), 20)
    for other in found[1:]:
      for one, two in zip(found[0], other):
        self.assertEqual(one.keys(), two.keys())
        for name, value in one.items():
          np.testing.assert_allclose(two[name], value, rtol=1e-4, err_msg=name)

  def test_a_loss_of_a_whole_batch_has_batches_as_large_as_training_s(self):
    config = dataclasses.replace(
      toy_config(epochs=1),
      objective=dataclasses.replace(MMD_VAE, infovae_lambda=1.0),
    )
    spy = mock.patch.object(
      split_terms, "evaluation_seed", wraps=split_terms.evaluation_seed
    )
    with mock.patch.object(blocks, "MEMORY", 1), spy as batches:
      self._evaluate(config, toy_dataset(num_test=35))
    starts = [call[0][0] for call in batches.call_args_list]
    self.assertEqual(starts[:4], [0, 10, 20, 30])


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
