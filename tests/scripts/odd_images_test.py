"""Images of any number of channels and of any size, through every binary."""

import os
import tempfile

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from tests.scripts.binary import run
from tests.training.toy import toy_dataset


class OddImagesTest(parameterized.TestCase):
  def _run(self, binary, *arguments):
    result = run(
      f"--logdir={self.logdir}", *arguments, binary=f"scripts.{binary}"
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    return result.stdout

  @parameterized.parameters(((7, 6, 4),), ((7, 6, 5),), ((3, 9000),))
  def test_trains_and_does_all_the_rest(self, shape):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(folder, "run")
    train, test = toy_dataset(12, 9, shape=shape)
    data_dir = os.path.join(folder, "data.npz")
    np.savez(
      data_dir,
      x_train=train.images,
      y_train=train.labels,
      x_test=test.images,
      y_test=test.labels,
    )
    self._run(
      "train",
      "--dataset=npz",
      f"--data_dir={data_dir}",
      "--batch_size=4",
      "--hidden_units=4",
      "--epochs=2",
      "--plot_every_epochs=1",
    )
    self._run("evaluate", "--importance_samples=2")
    codes = os.path.join(folder, "codes.npz")
    self._run("encode", f"--output={codes}")
    with np.load(codes) as arrays:
      self.assertEqual(arrays["codes"].shape, (9, 2))
    self._run("generate", f"--output={folder}/generated", "--grid_size=3")
    self._run("reconstruct", f"--output={folder}/reconstructed", "0", "1")
    with np.load(f"{folder}/reconstructed/reconstructions.npz") as arrays:
      self.assertEqual(arrays["images"].shape, (2, *shape))
    self._run("report", f"--output={folder}/report.html")
    pictures = [
      os.path.join(where, name)
      for where, _, names in os.walk(folder)
      for name in names
      if name.endswith((".png", ".gif"))
    ]
    # Twice while training, at the end, the projector's, and the binaries'.
    self.assertGreaterEqual(len(pictures), 4 + 4 + 4 + 6 + 1)
    for path in pictures:
      if os.path.basename(path) == "images.png":
        continue  # All test images as they are, as far as the projector can.
      with Image.open(path) as picture:
        self.assertLess(max(picture.size), 4300, path)
    self.assertLess(os.path.getsize(f"{folder}/report.html"), 4e6)


if __name__ == "__main__":
  absltest.main()
