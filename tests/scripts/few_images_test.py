"""One image, of one gray, through every binary: a dash where no figure is."""

import os
import tempfile

import numpy as np
from absl.testing import absltest

from tests.scripts.binary import run


class FewImagesTest(absltest.TestCase):
  def _run(self, binary, *arguments):
    result = run(
      f"--logdir={self.folder}/run", *arguments, binary=f"scripts.{binary}"
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    text = result.stdout + result.stderr
    self.assertNotRegex(text, r"\bnan\b|None|Warning")
    return result.stdout

  def test_one_image(self):
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    image, label = np.full((1, 6, 5), 80, np.uint8), np.array([3])
    path = os.path.join(self.folder, "data.npz")
    np.savez(path, x_train=image, y_train=label, x_test=image, y_test=label)
    text = self._run(
      "train",
      "--dataset=npz",
      f"--data_dir={path}",
      "--batch_size=1",
      "--epochs=2",
      "--code_size=5",
      "--hidden_units=4",
    )
    self.assertIn("(standard error —)", text)
    text = self._run("evaluate", "--max_images=1", "--importance_samples=1")
    self.assertRegex(text, r"(?m)^ELBO +−\d+\.\d+ nats per image$")
    self.assertRegex(text, "(?m)^Covariance of the codes +— .a single image")
    self._run("encode", f"--output={self.folder}/codes.npz")
    text = self._run("generate", f"--output={self.folder}/generated")
    self.assertIn("traversals.png", text)
    self.assertNotIn("interpolation.png", text)
    self._run("reconstruct", f"--output={self.folder}/reconstructed", "0")
    self._run("report", f"--output={self.folder}/report.html")
    with open(f"{self.folder}/report.html", encoding="utf-8") as file:
      page = file.read()
    self.assertNotRegex(page, r">[^<]*\b(nan|NaN|None)\b")


if __name__ == "__main__":
  absltest.main()
