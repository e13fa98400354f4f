import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph.compat import tf
from vae_graph.posteriors.deterministic import Deterministic


class DeterministicTest(parameterized.TestCase):
  @parameterized.parameters((((),)), (((3,),)), (((2, 4),)))
  def test_every_sample_is_the_mean(self, sample_shape):
    features = np.random.RandomState(0).randn(5, 6).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
      posterior = Deterministic(
        tf.constant(features), vae_graph.ModelConfig(code_size=3)
      )
      code, log_prob = posterior.sample_and_log_prob((1, 2), sample_shape)
      self.assertEqual(code.shape.as_list(), [*sample_shape, 5, 3])
      session.run(tf.global_variables_initializer())
      mean, code, kernel = session.run(
        [posterior.mean, code, tf.trainable_variables()[0]]
      )
    self.assertIsNone(log_prob)
    np.testing.assert_allclose(mean, features @ kernel, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(code, np.broadcast_to(mean, code.shape))


if __name__ == "__main__":
  absltest.main()
