from absl.testing import absltest

from tests.scripts import binary


def run(*arguments):
  return binary.run(
    *arguments, binary="scripts.devices", CUDA_VISIBLE_DEVICES="-1"
  )


class DevicesBinaryTest(absltest.TestCase):
  def test_prints_what_there_is_and_the_config_proto(self):
    result = run("--num_towers=2", "--xla=clusters", "--deterministic")
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertRegex(result.stdout, r"^TensorFlow \d.*\nno GPU; ")
    self.assertIn("set for this session: TF_DETERMINISTIC_OPS=1", result.stdout)
    self.assertIn("2 tower(s): cpu:0, cpu:1\n", result.stdout)
    self.assertIn("global_jit_level: ON_1", result.stdout)

  def test_says_what_there_is_before_it_refuses(self):
    result = run("--session=gpu_shared")
    self.assertEqual(result.returncode, 2)
    self.assertRegex(result.stdout, r"^TensorFlow \d.*\nno GPU; ")
    error = result.stderr.splitlines()[-1]
    self.assertRegex(error, "^devices: error: no GPU for session gpu_shared: ")
    self.assertNotIn("Traceback", result.stderr)

  def test_goes_on_where_a_cpu_will_do(self):
    result = run("--session=gpu_shared", "--allow_cpu_fallback")
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertIn("no GPU for session gpu_shared, going on", result.stderr)
    self.assertIn('key: "GPU"', result.stdout)


if __name__ == "__main__":
  absltest.main()
