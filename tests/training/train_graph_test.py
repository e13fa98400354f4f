import dataclasses

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph.compat import tf
from vae_graph.training.train_graph import build_train_graph


def train(config, num_steps, steps_per_run=1, dataset=None):
  """Trains without hooks; returns outputs of the last run and variables."""
  images = (dataset or toy_dataset()).train.images
  with tf.Graph().as_default(), tf.Session() as session:
    graph = build_train_graph(config, images)
    session.run(tf.global_variables_initializer())
    graph.batches.load(session)
    step, outputs = 0, None
    while step < num_steps:
      feed = dict(graph.batches.feed(session, step))
      feed[graph.num_steps] = min(
        steps_per_run,
        num_steps - step,
        graph.batches.steps_per_epoch - step % graph.batches.steps_per_epoch,
      )
      outputs = session.run(graph.outputs, feed)
      step = int(outputs.step)
    return outputs, session.run(tf.global_variables())


class TrainGraphTest(parameterized.TestCase):
  @parameterized.product(
    binarization=("none", "dynamic"), dtype=(np.uint8, np.float32)
  )
  def test_input_mode_and_steps_per_run_do_not_change_a_bit(
    self, binarization, dtype
  ):
    dataset = toy_dataset(dtype=dtype)
    _, fed = train(
      toy_config(binarization, input_mode="feed"), 20, dataset=dataset
    )
    resident = toy_config(binarization, input_mode="resident")
    for steps_per_run in (1, 4, 100):
      _, variables = train(resident, 20, steps_per_run, dataset)
      for one, other in zip(fed, variables):
        np.testing.assert_array_equal(one, other)

  @parameterized.parameters(
    {
      "learning_rate_schedule": "cosine",
      "decay_steps": 15,
      "warmup_steps": 5,
      "clip_gradient_norm": 1.0,
    },
    {
      "optimizer": "rmsprop",
      "momentum": 0.5,
      "learning_rate_schedule": "piecewise",
      "decay_boundaries": (4, 9),
    },
    {"optimizer": "sgd", "learning_rate": 1e-4, "momentum": 0.9},
  )
  def test_schedules_go_by_the_step_in_every_mode(self, **settings):
    _, fed = train(toy_config(input_mode="feed", **settings), 12)
    _, resident = train(toy_config(input_mode="resident", **settings), 12, 5)
    for one, other in zip(fed, resident):
      np.testing.assert_array_equal(one, other)

  def test_beta_warms_up_by_the_step(self):
    config = dataclasses.replace(
      toy_config(),
      objective=vae_graph.ObjectiveConfig(beta=2.0, beta_warmup_steps=10),
    )
    for steps, beta in ((1, 0.0), (6, 1.0), (12, 2.0)):
      last = train(config, steps)[0].last
      self.assertAlmostEqual(
        last["loss"], last["distortion"] + beta * last["rate"], places=4
      )

  def test_seed_changes_weights(self):
    _, first = train(toy_config(seed=0), 3)
    _, second = train(toy_config(seed=1), 3)
    different = [
      not np.array_equal(a, b) for a, b in zip(first, second) if a.ndim == 2
    ]
    self.assertTrue(all(different))

  def test_terms_are_those_of_each_step(self):
    singles = [train(toy_config(), n)[0] for n in range(1, 6)]
    outputs, _ = train(toy_config(), 5, steps_per_run=5)
    self.assertEqual((outputs.step, outputs.steps), (5, 5))
    self.assertEqual(outputs.last, singles[-1].last)
    self.assertEqual(set(outputs.terms), {"loss", "elbo", "rate", "distortion"})
    for name, values in outputs.terms.items():
      expected = [single.last[name] for single in singles]
      np.testing.assert_array_equal(values, expected)

  @parameterized.product(input_mode=("feed", "resident"), clip=(0.0, 1e-3))
  def test_measures_are_those_of_the_last_step(self, input_mode, clip):
    def after(num_steps, clip):
      config = toy_config(
        optimizer="sgd",
        learning_rate=1e-4,
        learning_rate_schedule="exponential",
        decay_steps=3,
        decay_rate=0.5,
        input_mode=input_mode,
        clip_gradient_norm=clip,
      )
      outputs, variables = train(config, num_steps, steps_per_run=4)
      floats = [v.ravel() for v in variables if v.dtype == np.float32]
      # Half of them are slots: without momentum, those of the last gradient.
      slots = np.concatenate(floats[len(floats) // 2 :])
      return outputs.measures, np.linalg.norm(slots.astype(np.float64))

    # Once clipped, later gradients are of other weights.
    for num_steps in (1,) if clip else (1, 3, 5):
      measures, clipped_norm = after(num_steps, clip)
      norm = after(num_steps, 0.0)[1]
      self.assertAlmostEqual(measures["gradient_norm"] / norm, 1, places=5)
      if clip:
        self.assertAlmostEqual(clipped_norm / clip, 1, places=5)
      rate = 1e-4 * 0.5 ** ((num_steps - 1) / 3)
      self.assertAlmostEqual(measures["learning_rate"] / rate, 1, places=5)

  def test_elbo_is_minus_rate_and_distortion(self):
    last = train(toy_config(), 1)[0].last
    elbo = -last["rate"] - last["distortion"]
    self.assertAlmostEqual(last["elbo"], elbo, places=4)
    self.assertAlmostEqual(last["loss"], -elbo, places=4)

  def test_training_lowers_the_loss(self):
    first, last = (train(toy_config(), n, 6)[0].last for n in (1, 200))
    self.assertLess(last["loss"], first["loss"] - 5)

  def test_a_posterior_without_density_has_neither_rate_nor_elbo(self):
    config = dataclasses.replace(
      toy_config(),
      model=vae_graph.ModelConfig(hidden_units=(8,), posterior="deterministic"),
      objective=vae_graph.ObjectiveConfig(objective="mmd_vae"),
    )
    first, last = (train(config, n, 6)[0].last for n in (1, 200))
    self.assertEqual(set(last), {"loss", "distortion"})
    self.assertLess(last["loss"], 0.9 * first["loss"])

  def test_the_classic_graph_can_be_fed_and_fetched_by_name(self):
    images = toy_dataset().train.images[:7] / np.float32(255)
    for mode in ("feed", "resident"):
      with tf.Graph().as_default(), tf.Session() as session:
        built = build_train_graph(
          toy_config(input_mode=mode), toy_dataset().train.images
        )
        session.run(tf.global_variables_initializer())
        built.batches.load(session)
        built.batches.feed(session, 0)
        elbo, code, reconstruction = session.run(
          ["elbo:0", "code:0", "reconstruction:0"], {"data:0": images}
        )
        self.assertEqual(elbo.shape, ())
        self.assertEqual(code.shape, (7, 2))
        self.assertEqual(reconstruction.shape, (7, 6, 5))
        self.assertEqual(session.run("samples:0").shape, (10, 6, 5))
        session.run("train_step", {"data:0": images})
        self.assertEqual(session.run(tf.train.get_global_step()), 1)

  def test_the_training_op_of_the_graph_is_the_whole_step(self):
    for mode in ("feed", "resident"):
      with tf.Graph().as_default():
        mine = tf.no_op(name="mine")
        tf.add_to_collection(tf.GraphKeys.TRAIN_OP, mine)
        build_train_graph(
          toy_config(input_mode=mode), toy_dataset().train.images
        )
        found = tf.get_collection(tf.GraphKeys.TRAIN_OP)
        self.assertEqual([op.name for op in found], ["mine", "train_step"])

  def test_evaluation_noise_follows_the_fed_seed(self):
    images = toy_dataset().train.images[:7] / np.float32(255)
    with tf.Graph().as_default(), tf.Session() as session:
      graph = build_train_graph(toy_config(), toy_dataset().train.images)
      session.run(tf.global_variables_initializer())

      def codes(seed):
        return session.run(
          graph.code, {graph.data: images, graph.noise_seed: seed}
        )

      np.testing.assert_array_equal(codes([0, 1]), codes([0, 1]))
      self.assertFalse(np.array_equal(codes([0, 1]), codes([0, 2])))

  def test_loop_ends_at_the_step_whose_terms_are_not_finite(self):
    dataset = toy_dataset(dtype=np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      graph = build_train_graph(toy_config(), dataset.train.images)
      session.run(tf.global_variables_initializer())
      dataset.train.images[:] = np.nan
      graph.batches.load(session)
      graph.batches.feed(session, 0)
      outputs = session.run(graph.outputs, {graph.num_steps: 5})
      self.assertEqual(outputs.step, 1)
      self.assertEqual(outputs.terms["loss"].shape, (1,))
      self.assertTrue(np.isnan(outputs.last["distortion"]))
      self.assertFalse(session.run(graph.all_finite))

  def test_variable_names_are_the_same_in_every_mode(self):
    names = {}
    for mode in ("feed", "resident"):
      with tf.Graph().as_default():
        build_train_graph(
          toy_config(input_mode=mode), toy_dataset().train.images
        )
        names[mode] = {variable.op.name for variable in tf.global_variables()}
    self.assertEqual(names["feed"], names["resident"])
    self.assertContainsSubset(
      {
        "global_step",
        "beta1_power",
        "beta2_power",
        "encoder/dense/kernel",
        "encoder/dense/kernel/Adam",
        "encoder/dense/kernel/Adam_1",
      },
      names["feed"],
    )


if __name__ == "__main__":
  absltest.main()
