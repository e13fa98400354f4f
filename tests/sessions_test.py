from absl.testing import absltest

import vae_graph
from vae_graph.compat import tf


class SessionsTest(absltest.TestCase):
  def test_every_setting_reaches_the_config_proto(self):
    proto = vae_graph.make_config_proto(
      vae_graph.SessionConfig(
        intra_op_threads=3,
        inter_op_threads=2,
        gpu_memory_growth=False,
        allow_soft_placement=False,
        log_device_placement=True,
      )
    )
    self.assertEqual(proto.intra_op_parallelism_threads, 3)
    self.assertEqual(proto.inter_op_parallelism_threads, 2)
    self.assertFalse(proto.gpu_options.allow_growth)
    self.assertFalse(proto.allow_soft_placement)
    self.assertTrue(proto.log_device_placement)

  def test_defaults_make_a_session(self):
    proto = vae_graph.make_config_proto(vae_graph.SessionConfig())
    self.assertTrue(proto.gpu_options.allow_growth)
    with tf.Graph().as_default(), tf.Session(config=proto) as session:
      self.assertEqual(session.run(tf.constant(2) + 3), 5)


if __name__ == "__main__":
  absltest.main()
