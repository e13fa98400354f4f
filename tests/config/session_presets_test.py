import os

from absl.testing import absltest, parameterized

import vae_graph
from vae_graph.config import session_presets

DETERMINISTIC = {
  "TF_DETERMINISTIC_OPS": "1",
  "TF_CUDNN_DETERMINISTIC": "1",
  "TF_CUDNN_USE_AUTOTUNE": "0",
}


class SessionSettingsTest(parameterized.TestCase):
  @parameterized.parameters(
    ({}, {}),
    ({"session": "gpu"}, {}),
    ({"session": "cpu"}, {"CUDA_VISIBLE_DEVICES": "-1"}),
    ({"session": "debug"}, DETERMINISTIC),
    ({"session": "debug", "deterministic": False}, {}),
    ({"session": "gpu_shared", "deterministic": True}, DETERMINISTIC),
  )
  def test_session_environment(self, settings, expected):
    before = dict(os.environ)
    config = vae_graph.SessionConfig(**settings)
    self.assertEqual(session_presets.session_environment(config), expected)
    self.assertEqual(dict(os.environ), before)

  def test_what_is_said_outright_stays(self):
    config = vae_graph.SessionConfig(
      session="debug", intra_op_threads=0, visible_devices=()
    )
    found = session_presets.with_defaults(config)
    self.assertEqual(found.intra_op_threads, 0)
    self.assertEqual(found.inter_op_threads, 1)
    self.assertEqual(session_presets.with_defaults(found), found)


if __name__ == "__main__":
  absltest.main()
