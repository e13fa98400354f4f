from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runtime import devices, sessions

OFF = tf.GraphOptions(
  optimizer_options=tf.OptimizerOptions(
    global_jit_level=tf.OptimizerOptions.OFF
  )
)


def proto_of(num_gpus=1, **settings):
  return vae_graph.make_config_proto(
    vae_graph.SessionConfig(**settings), num_gpus
  )


class NamedSettingsTest(parameterized.TestCase):
  @parameterized.parameters(
    ("auto", {}, {"allow_growth": True}),
    ("gpu", {}, {"visible_device_list": "0"}),
    ("gpu_shared", {}, {"visible_device_list": "0", "allow_growth": True}),
    ("multi_gpu", {}, {}),
    ("cpu", {"device_count": {"GPU": 0}}, None),
    (
      "debug",
      {
        "allow_soft_placement": False,
        "log_device_placement": True,
        "intra_op_parallelism_threads": 1,
        "inter_op_parallelism_threads": 1,
      },
      {"allow_growth": True},
    ),
  )
  def test_config_proto(self, session, settings, gpu_options):
    settings = dict({"allow_soft_placement": True}, **settings)
    expected = tf.ConfigProto(graph_options=OFF, **settings)
    if gpu_options is not None:
      options = tf.GPUOptions(allocator_type="BFC", **gpu_options)
      expected.gpu_options.CopyFrom(options)
    self.assertEqual(proto_of(2, session=session), expected)

  @parameterized.product(
    session=("auto", "gpu", "gpu_shared", "multi_gpu", "debug"),
    flag=(
      ({"gpu_memory_growth": True}, "gpu_options.allow_growth", True),
      ({"gpu_memory_growth": False}, "gpu_options.allow_growth", False),
      ({"visible_devices": (1, 0)}, "gpu_options.visible_device_list", "1,0"),
      ({"visible_devices": ()}, "gpu_options.visible_device_list", ""),
      (
        {"gpu_memory_fraction": 0.25},
        "gpu_options.per_process_gpu_memory_fraction",
        0.25,
      ),
      ({"gpu_allocator": "bfc"}, "gpu_options.allocator_type", "BFC"),
      ({"allow_soft_placement": True}, "allow_soft_placement", True),
      ({"allow_soft_placement": False}, "allow_soft_placement", False),
      ({"log_device_placement": True}, "log_device_placement", True),
      ({"log_device_placement": False}, "log_device_placement", False),
      ({"intra_op_threads": 3}, "intra_op_parallelism_threads", 3),
      ({"intra_op_threads": 0}, "intra_op_parallelism_threads", 0),
      ({"inter_op_threads": 2}, "inter_op_parallelism_threads", 2),
      (
        {"xla": "clusters"},
        "graph_options.optimizer_options.global_jit_level",
        1,
      ),
      (
        {"mixed_precision": True},
        "graph_options.rewrite_options.auto_mixed_precision",
        1,
      ),
    ),
  )
  def test_every_flag_overrides_every_setting(self, session, flag):
    settings, path, expected = flag
    value = proto_of(2, session=session, **settings)
    for part in path.split("."):
      value = getattr(value, part)
    self.assertEqual(value, expected)

  @parameterized.parameters(
    ({"session": "gpu"}, 4, [4096]),
    ({"session": "multi_gpu"}, 2, [4096, 4096]),
    ({"visible_devices": (2, 3)}, 4, [4096, 4096]),
    ({}, 0, []),
  )
  def test_limit_in_mib_is_one_virtual_device_on_each_gpu(
    self, settings, num_gpus, expected
  ):
    proto = proto_of(num_gpus, gpu_memory_limit_mib=4096, **settings)
    found = proto.gpu_options.experimental.virtual_devices
    self.assertEqual(
      [d.memory_limit_mb for d in found], [[n] for n in expected]
    )

  def test_cuda_malloc_async_where_tensorflow_has_it(self):
    options = tf.GPUOptions().experimental
    if hasattr(options, "use_cuda_malloc_async"):
      proto = proto_of(gpu_allocator="cuda_malloc_async")
      self.assertTrue(proto.gpu_options.experimental.use_cuda_malloc_async)
    else:
      with self.assertRaisesRegex(errors.ConfigError, "newer than TensorFlow"):
        proto_of(gpu_allocator="cuda_malloc_async")

  @parameterized.parameters("auto", "cpu", "debug")
  def test_makes_a_session_on_the_cpu(self, name):
    config = vae_graph.SessionConfig(
      session=name, num_towers=2, log_device_placement=False
    )
    proto = vae_graph.make_config_proto(config, num_gpus=0)
    with tf.Graph().as_default(), tf.Session(config=proto) as session:
      self.assertEqual(session.run(tf.constant(2) + 3), 5)
      names = [device.name for device in session.list_devices()]
    self.assertLen([name for name in names if "/device:CPU:" in name], 2)


class ResolveTest(parameterized.TestCase):
  @parameterized.parameters(
    ({}, 2, ()),
    ({"num_towers": 1}, 0, ()),
    ({"session": "gpu"}, 2, ()),
    ({"num_towers": 2}, 0, ("cpu:0", "cpu:1")),
    ({"num_towers": 2}, 4, ("gpu:0", "gpu:1")),
    ({"session": "cpu", "num_towers": 2}, 4, ("cpu:0", "cpu:1")),
    ({"session": "multi_gpu"}, 3, ("gpu:0", "gpu:1", "gpu:2")),
    ({"session": "multi_gpu", "num_towers": 2}, 3, ("gpu:0", "gpu:1")),
    ({"session": "multi_gpu", "num_towers": 1}, 3, ()),
    (
      {"session": "multi_gpu", "visible_devices": (5, 7)},
      8,
      ("gpu:0", "gpu:1"),
    ),
    ({"tower_devices": ("/device:GPU:1", "CPU:0")}, 2, ("gpu:1", "cpu:0")),
  )
  def test_towers(self, settings, num_gpus, expected):
    config = vae_graph.SessionConfig(**settings)
    resolved = sessions.resolve_session(config, num_gpus)
    self.assertEqual(resolved.tower_devices, expected)
    self.assertEqual(resolved.num_towers, max(len(expected), 1))
    self.assertEqual(sessions.resolve_session(resolved, num_gpus), resolved)

  def test_logical_cpu_devices_are_as_many_as_the_towers_name(self):
    self.assertEqual(proto_of(0, num_towers=4).device_count, {"CPU": 4})
    proto = proto_of(0, tower_devices=("cpu:2",))
    self.assertEqual(proto.device_count, {"CPU": 3})

  @parameterized.parameters(
    {"session": "gpu"},
    {"session": "gpu_shared"},
    {"session": "multi_gpu"},
    {"visible_devices": (0,)},
    {"tower_devices": ("gpu:0", "gpu:1")},
    {"mixed_precision": True},
  )
  def test_a_gpu_where_there_is_none(self, **settings):
    with self.assertRaises(errors.DeviceError) as caught:
      proto_of(0, **settings)
    message = str(caught.exception)
    self.assertNotIn("\n", message)
    self.assertIn(devices.build(), message)
    self.assertIn(devices.what_to_check(), message)
    with self.assertLogs(level="WARNING"):
      proto = proto_of(0, allow_cpu_fallback=True, **settings)
    self.assertEqual(proto.device_count["GPU"], 0)
    rewrites = proto.graph_options.rewrite_options
    self.assertEqual(rewrites.auto_mixed_precision, 0)

  def test_towers_fall_back_to_as_many_logical_devices(self):
    config = vae_graph.SessionConfig(
      tower_devices=("gpu:0", "gpu:1"), allow_cpu_fallback=True
    )
    resolved = sessions.resolve_session(config, 0)
    self.assertEqual(resolved.tower_devices, ("cpu:0", "cpu:1"))
    self.assertEqual(sessions.resolve_session(resolved, 0), resolved)

  @parameterized.parameters(
    ({"gpu_memory_fraction": 1.5}, 1, "gpu_memory_fraction .* found 1.5"),
    (
      {"gpu_memory_fraction": 0.5, "gpu_memory_limit_mib": 100},
      1,
      r"gpu_memory_limit_mib \(100\) stands beside gpu_memory_fraction \(0.5\)",
    ),
    (
      {"deterministic": True, "gpu_allocator": "cuda_malloc_async"},
      1,
      "beside deterministic",
    ),
    ({"visible_devices": (0, 2)}, 2, "names GPU 2, but TensorFlow sees 2 "),
    ({"visible_devices": (1, 1)}, 2, "must be different GPUs, found 1, 1"),
    ({"tower_devices": ("gpu:2",)}, 2, "names gpu:2, but .* gpu:0, gpu:1"),
    (
      {"session": "gpu", "tower_devices": ("gpu:1",)},
      2,
      "names gpu:1, but with these settings TensorFlow sees gpu:0;",
    ),
    ({"session": "cpu", "tower_devices": ("gpu:0",)}, 2, "cpu excludes tower"),
    ({"session": "cpu", "visible_devices": (0,)}, 2, "cpu excludes visible"),
    ({"session": "cpu", "mixed_precision": True}, 2, "nothing .* on a CPU"),
    ({"mixed_precision": True}, 0, "rewrites nothing to float16 without one"),
    ({"num_towers": 3}, 2, "num_towers is 3, but .* sees 2"),
    ({"session": "gpu", "num_towers": 2}, 2, "session gpu TensorFlow sees 1"),
    ({"session": "multi_gpu"}, 1, "sees only 1; use session gpu"),
  )
  def test_bad_settings_give_one_line(self, settings, num_gpus, message):
    with self.assertRaisesRegex(errors.ConfigError, message) as caught:
      proto_of(num_gpus, **settings)
    self.assertNotIn("\n", str(caught.exception))
    self.assertEqual(caught.exception.exit_code, 2)

  def test_tensorflow_is_asked_about_gpus_only_where_it_matters(self):
    asked = []
    self.addCleanup(setattr, devices, "num_gpus", devices.num_gpus)
    devices.num_gpus = lambda: asked.append(True) or 0
    for settings in (
      {},
      {"session": "cpu", "num_towers": 2},
      {"session": "debug"},
      {"tower_devices": ("cpu:1",)},
    ):
      proto_of(None, **settings)
    self.assertEmpty(asked)
    proto_of(None, num_towers=2)
    self.assertNotEmpty(asked)


if __name__ == "__main__":
  absltest.main()
