"""A program's switches of TensorFlow's behavior change no bit of a model."""

from absl.testing import absltest

from tests.scripts import binary

# What a program may begin with; `disable_v2_behavior` is all that disables. A
# switch is one of the process, so each set has a process of its own.
SWITCHES = (
  ("disable_v2_behavior",),
  ("disable_eager_execution", "enable_control_flow_v2"),
  ("disable_resource_variables", "disable_control_flow_v2"),
)


class BehaviorSwitchesTest(absltest.TestCase):
  def test_same_bits(self):
    results = [
      binary.run(*switches, binary="tests.scripts.behavior_program")
      for switches in ((), *SWITCHES)
    ]
    for result in results:
      self.assertEqual(result.returncode, 0, result.stderr)
    expected = results[0].stdout
    self.assertLen(expected.splitlines(), 5)
    for switches, result in zip(SWITCHES, results[1:]):
      self.assertEqual(result.stdout, expected, str(switches))


if __name__ == "__main__":
  absltest.main()
