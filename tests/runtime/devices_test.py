import os
import subprocess
import sys

from absl.testing import absltest

from vae_graph.runtime import devices


class DevicesTest(absltest.TestCase):
  def test_describes_what_there_is(self):
    lines = devices.describe_devices()
    self.assertRegex(lines[0], r"^TensorFlow \d.*, built (for|without)")
    gpus = [line for line in lines if line.startswith("GPU ")]
    self.assertLen(gpus, devices.num_gpus())
    if not gpus:
      self.assertIn("no GPU; " + devices.what_to_check(), lines)

  def test_tells_the_variables_that_matter(self):
    code = "import vae_graph; print(vae_graph.describe_devices())"
    result = subprocess.run(
      [sys.executable, "-c", code],
      capture_output=True,
      text=True,
      env=dict(os.environ, CUDA_VISIBLE_DEVICES="", PYTHONPATH=os.getcwd()),
    )
    self.assertIn("environment: CUDA_VISIBLE_DEVICES=", result.stdout)
    self.assertIn("no GPU; ", result.stdout)


if __name__ == "__main__":
  absltest.main()
