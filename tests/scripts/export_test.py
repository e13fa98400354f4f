import os

import numpy as np
from absl.testing import absltest, parameterized

from tests.export import consumers
from tests.scripts.trained_run import TrainedRunTestCase


class ExportTest(TrainedRunTestCase):
  binary = "scripts.export"
  has_output = False

  def test_exports(self):
    lines = self.run_binary(f"--export_dir={self.output}", "--format=frozen")
    self.assertEqual(lines, [f"model at step 12: {self.output}"])
    images = self.dataset.test.images / np.float32(255)
    found = consumers.frozen(self.output, {"encode": {"images": images}})
    np.testing.assert_allclose(
      found["encode"]["mean"],
      self.model().encode(images).mean,
      rtol=1e-5,
      atol=1e-6,
    )

  @parameterized.parameters(
    (2, "--logdir is missing; name the folder of a run", "--logdir="),
    (2, "--export_dir is missing; name the folder to make", "--export_dir="),
    (2, "--format=pickle.*<saved_model", "--format=pickle"),
    (1, "nowhere does not exist.*--logdir", "--logdir=/nowhere"),
    (1, "holds no checkpoint of step 5, only of 0, 6, 12", "--checkpoint=5"),
  )
  def test_wrong_usage(self, exit_code, message, *arguments):
    self.assert_fails(
      exit_code, message, f"--export_dir={self.output}", *arguments
    )

  def test_what_is_there_is_left_alone(self):
    os.makedirs(self.output)
    result = self._run(f"--export_dir={self.output}")
    self.assertEqual(result.returncode, 1)
    self.assertRegex(
      result.stderr, "export: error: .* is there already; remove it or choose"
    )
    self.assertEmpty(os.listdir(self.output))


if __name__ == "__main__":
  absltest.main()
