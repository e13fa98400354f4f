import numpy as np
from absl.testing import absltest, parameterized

from tests.training.toy import toy_config, toy_dataset
from vae_graph.compat import tf
from vae_graph.training.train_graph import build_train_graph


def averaged(config, num_steps, steps_per_run):
  """Trains; returns weights, averages, and both as seen in `used_in`."""
  with tf.Graph().as_default(), tf.Session() as session:
    graph = build_train_graph(config, toy_dataset().train.images)
    weights = graph.vae.variables
    names = {each.op.name: each for each in tf.global_variables()}
    averages = [
      names[f"{weight.op.name}/ExponentialMovingAverage"] for weight in weights
    ]
    session.run(tf.global_variables_initializer())
    graph.batches.load(session)
    history = [session.run(list(weights))]
    step = 0
    while step < num_steps:
      feed = dict(graph.batches.feed(session, step))
      feed[graph.num_steps] = steps_per_run
      step = int(session.run(graph.outputs, feed).step)
      history.append(session.run(list(weights)))
    outside = session.run([list(weights), averages])
    with graph.averages.used_in(session):
      inside = session.run([list(weights), averages])
    after = session.run([list(weights), averages])
  return history, outside, inside, after


class AveragesTest(parameterized.TestCase):
  @parameterized.parameters("feed", "resident")
  def test_follow_the_weights_as_the_formula_says(self, input_mode):
    config = toy_config(input_mode=input_mode, ema_decay=0.6)
    history, (_, averages), _, _ = averaged(config, 6, 1)
    expected = history[0]
    for step, weights in enumerate(history[1:]):
      decay = min(0.6, (1 + step) / (10 + step))
      expected = [
        decay * mean + (1 - decay) * weight
        for mean, weight in zip(expected, weights)
      ]
    for mean, value in zip(expected, averages):
      np.testing.assert_allclose(value, mean, rtol=1e-4, atol=1e-6)

  def test_steps_per_run_do_not_change_a_bit(self):
    config = toy_config(input_mode="resident", ema_decay=0.9)
    _, one, _, _ = averaged(config, 6, 1)
    _, six, _, _ = averaged(config, 6, 6)
    for each, other in zip(sum(one, []), sum(six, [])):
      np.testing.assert_array_equal(each, other)

  def test_change_places_with_the_weights_and_back(self):
    config = toy_config(input_mode="feed", ema_decay=0.9)
    _, outside, inside, after = averaged(config, 6, 1)
    (weights, averages), (used, put_by) = outside, inside
    for pair in (*zip(used, averages), *zip(put_by, weights)):
      np.testing.assert_array_equal(*pair)
    for pair in zip(sum(outside, []), sum(after, [])):
      np.testing.assert_array_equal(*pair)
    different = [not np.array_equal(*pair) for pair in zip(weights, averages)]
    self.assertTrue(all(different))

  def test_training_is_the_same_with_them(self):
    _, (weights, _), _, _ = averaged(toy_config(ema_decay=0.9), 6, 6)
    with tf.Graph().as_default(), tf.Session() as session:
      graph = build_train_graph(toy_config(), toy_dataset().train.images)
      session.run(tf.global_variables_initializer())
      graph.batches.load(session)
      feed = dict(graph.batches.feed(session, 0))
      feed[graph.num_steps] = 6
      session.run(graph.outputs, feed)
      expected = session.run(list(graph.vae.variables))
    for pair in zip(weights, expected):
      np.testing.assert_array_equal(*pair)


if __name__ == "__main__":
  absltest.main()
