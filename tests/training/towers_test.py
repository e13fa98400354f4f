import dataclasses
import os
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runtime.sessions import make_config_proto
from vae_graph.training.train_graph import build_train_graph

TRANSFERS = ("_Arg", "_Retval", "_Send", "_Recv", "_HostSend", "_HostRecv")
CPUS = ("cpu:0", "cpu:1", "cpu:2", "cpu:3")


def with_session(config, **session):
  return dataclasses.replace(config, session=vae_graph.SessionConfig(**session))


def config_of(binarization="none", training=(), **session):
  """A toy configuration whose 12 images a step can be divided."""
  training = dict({"batch_size": 12, "learning_rate": 1e-3}, **dict(training))
  return with_session(toy_config(binarization, **training), **session)


def train(config, num_steps, steps_per_run=1):
  """Returns the outputs of the last run, and the variables by name."""
  with tf.Graph().as_default():
    graph = build_train_graph(config, toy_dataset().train.images)
    with tf.Session(config=make_config_proto(config.session)) as session:
      session.run(tf.global_variables_initializer())
      graph.batches.load(session)
      step, outputs = 0, None
      while step < num_steps:
        feed = dict(graph.batches.feed(session, step))
        left = graph.batches.steps_per_epoch
        left -= step % graph.batches.steps_per_epoch
        feed[graph.num_steps] = min(steps_per_run, num_steps - step, left)
        outputs = session.run(graph.outputs, feed)
        step = int(outputs.step)
      names = {v.op.name: v for v in tf.global_variables()}
      return outputs, session.run(names)


def placement(config):
  """Returns the nodes that one run of the training op executed.

  Without those that pass tensors between devices, or between them and the
  client, which is on cpu:0.
  """
  with tf.Graph().as_default():
    graph = build_train_graph(config, toy_dataset().train.images)
    metadata = tf.RunMetadata()
    options = tf.RunOptions(output_partition_graphs=True)
    with tf.Session(config=make_config_proto(config.session)) as session:
      session.run(tf.global_variables_initializer())
      graph.batches.load(session)
      feed = dict(graph.batches.feed(session, 0))
      feed[graph.num_steps] = 1
      session.run(graph.outputs, feed, options, metadata)
  nodes = [node for part in metadata.partition_graphs for node in part.node]
  return [node for node in nodes if node.op not in TRANSFERS]


def devices(nodes, *ops):
  """Returns the devices of the nodes; of the ops named, if some are."""
  return {
    node.device.rpartition("device:")[2].lower()
    for node in nodes
    if not ops or node.op in ops
  }


class TowersTest(parameterized.TestCase):
  def _assert_close(self, one, other, atol):
    self.assertEqual(one.keys(), other.keys())
    for name, value in one.items():
      np.testing.assert_allclose(
        value, other[name], rtol=0, atol=atol, err_msg=name
      )

  @parameterized.product(
    num_towers=(2, 4),
    input_mode=("feed", "resident"),
    binarization=("none", "dynamic"),
  )
  def test_towers_equal_one_tower_after_ten_steps_of_adam(
    self, num_towers, input_mode, binarization
  ):
    training = {"input_mode": input_mode}
    one, expected = train(config_of(binarization, training), 10, 3)
    outputs, found = train(
      config_of(binarization, training, num_towers=num_towers), 10, 3
    )
    self._assert_close(expected, found, 1e-5)
    self._assert_terms_close(outputs.last, one.last)
    self._assert_terms_close(outputs.measures, one.measures)
    self.assertEqual(outputs.step, one.step)

  @parameterized.parameters(2, 4)
  def test_towers_equal_one_tower_after_a_hundred_steps_of_sgd(
    self, num_towers
  ):
    training = {"optimizer": "sgd", "learning_rate": 1e-2}
    _, expected = train(config_of(training=training), 100, 5)
    _, start = train(config_of(training=training), 0)
    _, found = train(config_of(training=training, num_towers=num_towers), 100)
    self._assert_close(expected, found, 1e-3)
    moved = np.abs(
      expected["encoder/dense/kernel"] - start["encoder/dense/kernel"]
    )
    self.assertGreater(moved.max(), 0.05)

  @parameterized.parameters(
    ("elbo_mc", {"posterior": "iaf", "prior": "mixture"}),
    ("iwae", {"posterior": "full_covariance", "prior": "vamp"}),
  )
  def test_towers_equal_one_tower_with_other_parts_of_the_model(
    self, objective, model
  ):
    results = []
    for num_towers in (1, 4):
      config = dataclasses.replace(
        config_of(
          "dynamic", {"clip_gradient_norm": 1.0}, num_towers=num_towers
        ),
        objective=vae_graph.ObjectiveConfig(objective=objective),
        model=vae_graph.ModelConfig(hidden_units=(8,), **model),
      )
      results.append(train(config, 5, 5)[1])
    self._assert_close(*results, 1e-5)

  @parameterized.parameters(
    ({"objective": "infovae"}, "infovae is of a whole batch"),
    ({"free_bits": 0.1}, "free_bits are compared with is of a whole batch"),
    (
      {"objective": "elbo_mc", "free_bits": 0.1},
      "free_bits are compared with is of a whole batch",
    ),
  )
  def test_an_objective_of_a_whole_batch_is_not_divided(
    self, objective, message
  ):
    config = dataclasses.replace(
      config_of(num_towers=2), objective=vae_graph.ObjectiveConfig(**objective)
    )
    with self.assertRaisesRegex(errors.ConfigError, message):
      train(config, 1)

  def test_steps_per_run_does_not_change_a_bit(self):
    _, single = train(config_of(num_towers=2), 10)
    _, many = train(config_of(num_towers=2), 10, 5)
    self._assert_close(single, many, 0)

  @parameterized.product(
    towers=(CPUS[:2], CPUS, ("cpu:2", "cpu:3")),
    input_mode=("feed", "resident"),
    variable_device=("cpu", "first_tower"),
  )
  def test_ops_go_where_the_setting_says(
    self, towers, input_mode, variable_device
  ):
    nodes = placement(
      config_of(
        training={"input_mode": input_mode},
        tower_devices=towers,
        variable_device=variable_device,
        allow_soft_placement=False,
      )
    )
    home = "cpu:0" if variable_device == "cpu" else towers[0]
    for i, device in enumerate(towers):
      tower = [node for node in nodes if f"tower_{i}/" in node.name]
      products = [node for node in tower if "MatMul" in node.op]
      # Of five layers, at least one product forward and one backward.
      self.assertGreaterEqual(len(products), 2 * 5 - 1)
      self.assertEqual(devices(products), {device})
    for ops in (["VarHandleOp"], ["ResourceApplyAdam"], ["AssignVariableOp"]):
      self.assertEqual(devices(nodes, *ops), {home}, ops)
    self.assertEqual(devices(nodes), {home, *towers})

  def test_one_tower_on_a_device_of_its_own(self):
    _, expected = train(config_of(), 5)
    _, found = train(config_of(tower_devices=("cpu:1",)), 5)
    self._assert_close(expected, found, 0)
    nodes = placement(config_of(tower_devices=("cpu:1",)))
    self.assertEqual(devices(nodes), {"cpu:1"})

  def test_variables_are_named_as_without_towers(self):
    names = {}
    for num_towers in (1, 2):
      with tf.Graph().as_default():
        build_train_graph(
          config_of(num_towers=num_towers), toy_dataset().train.images
        )
        names[num_towers] = [v.op.name for v in tf.global_variables()]
    self.assertEqual(names[1], names[2])

  def test_any_batch_that_is_fed_is_divided(self):
    images = toy_dataset().train.images[:8] / np.float32(255)
    results = {}
    for num_towers in (1, 4):
      config = config_of(
        "dynamic", {"input_mode": "feed"}, num_towers=num_towers
      )
      with tf.Graph().as_default():
        graph = build_train_graph(config, toy_dataset().train.images)
        proto = make_config_proto(config.session)
        with tf.Session(config=proto) as session:
          session.run(tf.global_variables_initializer())
          results[num_towers] = session.run(
            graph.outputs.last, {graph.data: images}
          )
          if num_towers == 4:
            with self.assertRaises(tf.errors.InvalidArgumentError):
              session.run(graph.outputs.last, {graph.data: images[:7]})
    self._assert_terms_close(results[1], results[4])

  def _assert_terms_close(self, one, other):
    self.assertEqual(set(one), set(other))
    for name, value in one.items():
      np.testing.assert_allclose(value, other[name], rtol=1e-5)

  @parameterized.parameters(
    ({"num_towers": 5}, "batch_size must be a multiple .* 5, found 12"),
    ({"tower_devices": ("tpu:0",)}, "such as gpu:0 or cpu:1, found 'tpu:0'"),
    (
      {"tower_devices": ("cpu:0",), "num_towers": 2},
      "num_towers is 2, but tower_devices names 1: cpu:0",
    ),
  )
  def test_bad_settings_give_one_line_before_anything_is_written(
    self, session, message
  ):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    logdir = os.path.join(folder, "run")
    with self.assertRaisesRegex(errors.ConfigError, message) as caught:
      vae_graph.train(config_of(**session), logdir, dataset=toy_dataset())
    self.assertNotIn("\n", str(caught.exception))
    self.assertFalse(os.path.exists(logdir))

  def test_a_run_goes_on_with_another_number_of_towers(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    results = {}
    for name, towers in (("same", (1, 1)), ("other", (4, 2))):
      for epochs, num_towers in zip((1, 2), towers):
        results[name] = vae_graph.train(
          config_of(training={"epochs": epochs}, num_towers=num_towers),
          os.path.join(folder, name),
          dataset=toy_dataset(),
        )
    self.assertEqual(results["other"].step, results["same"].step)
    self.assertAlmostEqual(
      results["other"].metrics["test_elbo"],
      results["same"].metrics["test_elbo"],
      places=3,
    )

  def test_the_elbo_on_the_test_set_ends_near_that_of_one_tower(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    dataset = vae_graph.load_dataset(vae_graph.DataConfig())
    elbos = []
    for num_towers in (1, 4):
      config = vae_graph.ExperimentConfig(
        model=vae_graph.ModelConfig(hidden_units=(32,)),
        training=vae_graph.TrainingConfig(epochs=2, eval_every_epochs=0),
        session=vae_graph.SessionConfig(num_towers=num_towers),
      )
      logdir = os.path.join(folder, str(num_towers))
      result = vae_graph.train(config, logdir, dataset=dataset)
      elbos.append(result.metrics["test_elbo"])
    self.assertGreater(min(elbos), -230)
    self.assertAlmostEqual(elbos[0], elbos[1], delta=0.5)


if __name__ == "__main__":
  absltest.main()
