import dataclasses
import os
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.training.kept import variables
from tests.training.toy import toy_config, toy_dataset
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.training.loss_scale import LossScale
from vae_graph.training.train_graph import build_train_graph

# On a CPU nothing becomes float16, but the loss is scaled all the same.
MIXED = dict(mixed_precision=True, allow_cpu_fallback=True, session="cpu")


def mixed(config, **session):
  session = vae_graph.SessionConfig(**dict(MIXED, **session))
  return dataclasses.replace(config, session=session)


class LossScaleTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())

  def _train(self, config, name):
    logdir = os.path.join(self.folder, name)
    vae_graph.train(config, logdir, dataset=toy_dataset())
    return variables(logdir)

  def test_scale_follows_the_gradients_and_bad_steps_update_nothing(self):
    with tf.Graph().as_default(), tf.Session() as session:
      weight = tf.get_variable("weight", initializer=1.0, use_resource=True)
      factor = tf.placeholder(tf.float32, [])
      loss_scale = LossScale()
      optimizer = tf.train.GradientDescentOptimizer(0.5)
      loss = loss_scale.scale(weight * factor)
      gradients = loss_scale.unscale(
        optimizer.compute_gradients(loss, [weight])
      )
      step = loss_scale.apply(
        gradients, lambda: optimizer.apply_gradients(gradients)
      )
      session.run(tf.global_variables_initializer())
      scale, good_steps = tf.global_variables()[1:]

      def run(value):
        session.run(step, {factor: value})
        return session.run([weight, scale, good_steps])

      self.assertEqual(run(1.0), [0.5, 2**15, 1])
      self.assertEqual(run(np.inf), [0.5, 2**14, 0])
      self.assertEqual(run(np.nan), [0.5, 2**13, 0])
      self.assertEqual(run(-1.0), [1.0, 2**13, 1])
      good_steps.load(1998, session)
      self.assertEqual(run(0.0), [1.0, 2**13, 1999])
      self.assertEqual(run(0.0), [1.0, 2**14, 0])
      scale.load(1.0, session)
      self.assertEqual(run(np.inf), [1.0, 1.0, 0])
      scale.load(2.0**127, session)
      good_steps.load(1999, session)
      self.assertEqual(run(0.0), [1.0, 2.0**127, 0])

  @parameterized.product(input_mode=("feed", "resident"), num_towers=(1, 2))
  def test_in_float32_scaling_by_a_power_of_two_changes_nothing(
    self, input_mode, num_towers
  ):
    config = toy_config(input_mode=input_mode, steps_per_run=4)
    towers = vae_graph.SessionConfig(session="cpu", num_towers=num_towers)
    plain = self._train(dataclasses.replace(config, session=towers), "plain")
    scaled = self._train(mixed(config, num_towers=num_towers), "scaled")
    self.assertEqual(scaled.pop("loss_scale/scale"), 2**15)
    self.assertEqual(scaled.pop("loss_scale/good_steps"), 12)
    self.assertEqual(plain.keys(), scaled.keys())
    for name, value in plain.items():
      np.testing.assert_allclose(scaled[name], value, atol=1e-6, err_msg=name)

  def test_a_run_that_was_stopped_resumes_to_the_same_bits(self):
    whole = self._train(mixed(toy_config(epochs=2)), "whole")
    self._train(mixed(toy_config(train_steps=5)), "parts")
    parts = self._train(mixed(toy_config(epochs=2)), "parts")
    self.assertEqual(whole.keys(), parts.keys())
    for name, value in whole.items():
      np.testing.assert_array_equal(parts[name], value, name)
    with self.assertRaisesRegex(
      errors.RunDirectoryError, "session.mixed_precision: True there"
    ):
      self._train(toy_config(epochs=3), "parts")

  def test_a_step_that_overflows_is_skipped_and_counted(self):
    with tf.Graph().as_default(), tf.Session() as session:
      # Gradients so large that the largest scale makes them overflow.
      config = dataclasses.replace(
        mixed(toy_config()), objective=vae_graph.ObjectiveConfig(beta=1e6)
      )
      graph = build_train_graph(config, toy_dataset().train.images)
      session.run(tf.global_variables_initializer())
      graph.batches.load(session)
      graph.batches.feed(session, 0)
      named = {variable.op.name: variable for variable in tf.global_variables()}
      kernel = named["encoder/dense/kernel"]
      before = session.run(kernel)
      named["loss_scale/scale"].load(3e38, session)
      outputs = session.run(graph.outputs, {graph.num_steps: 1})
      self.assertEqual(outputs.step, 1)
      self.assertTrue(np.isfinite(outputs.last["loss"]))
      self.assertFalse(np.isfinite(outputs.measures["gradient_norm"]))
      np.testing.assert_array_equal(session.run(kernel), before)
      self.assertAlmostEqual(
        session.run(named["loss_scale/scale"]) / 1.5e38, 1, places=5
      )
      self.assertTrue(session.run(graph.all_finite))
      named["loss_scale/scale"].load(2.0**15, session)
      session.run(graph.outputs, {graph.num_steps: 2})
      self.assertFalse(np.array_equal(session.run(kernel), before))


if __name__ == "__main__":
  absltest.main()
