"""Files as people have them, through the binaries."""

import os
import tempfile

import numpy as np
from absl.testing import absltest
from PIL import Image

from tests.data import fake_files
from tests.scripts.binary import run
from vae_graph import RunDirectory

_RANDOM = np.random.RandomState(0)


def _random(*shape):
  return _RANDOM.randint(256, size=shape).astype(np.uint8)


class PeoplesFilesTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())

  def _path(self, *names):
    path = os.path.join(self.folder, *names)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path

  def _run(self, binary, *arguments, exit_code=0):
    result = run(
      f"--logdir={self._path('run')}", *arguments, binary=f"scripts.{binary}"
    )
    self.assertEqual(result.returncode, exit_code, result.stderr)
    self.assertNotIn("Traceback", result.stderr)
    return result.stderr

  def _train(self, *arguments, exit_code=0):
    small = ("--batch_size=2", "--hidden_units=4", "--train_steps=2")
    return self._run("train", *small, *arguments, exit_code=exit_code)

  def test_a_folder_of_all_kinds_of_images(self):
    color, gray = Image.fromarray(_random(9, 9, 3)), _random(16, 12)
    for path, image in (
      (self._path("images", "10", "a.webp"), color),
      (self._path("images", "10", "b.png"), Image.fromarray(_random(4, 4, 4))),
      (self._path("images", "10", "c.tif"), Image.fromarray(gray)),
      (self._path("images", "3", "a.gif"), color),
      (self._path("images", "3", "b.bmp"), color),
    ):
      image.save(path)
    deep = fake_files.deep_png(np.full((8, 8), 4095, np.uint16))
    fake_files.write(self._path("images", "3"), "c.png", deep)
    fake_files.write(self._path("images", "3"), "notes.txt", b"")
    arguments = [
      "--dataset=images",
      f"--data_dir={self._path('images')}",
      "--resize=8x8",
      "--test_fraction=0.4",
      "--white_level=4095",
    ]
    text = self._train(*arguments, exit_code=1)
    self.assertRegex(text, "(?m)^train: error: .*b.png.*set --background=COLOR")
    text = self._train(*arguments, "--background=white")
    self.assertRegex(text, "1 file skipped, .*: 3/notes.txt")
    data_config = RunDirectory.load(self._path("run")).settings().config.data
    self.assertEqual(data_config.resize, "8x8")
    # As the run reads files, without being told to.
    photo = self._path("photo.webp")
    Image.fromarray(_random(30, 20, 4)).save(photo)
    codes = self._path("codes.npz")
    self._run("encode", f"--output={codes}", photo)
    with np.load(codes) as arrays:
      self.assertEqual(arrays["codes"].shape, (1, 2))
    text = self._run(
      "encode", f"--output={codes}", photo, "--resize=9x9", exit_code=2
    )
    self.assertIn("images, 8x8, or stand alone, found '9x9'", text)
    self._run("encode", f"--output={codes}", "--split=train")
    with np.load(codes) as arrays:
      self.assertContainsSubset(arrays["labels"], (3, 10))

  def test_arrays_with_the_channels_first(self):
    path = self._path("file.npz")
    images = _random(12, 3, 8, 6)
    np.savez(path, imgs=images, train_labels=np.arange(12)[:, None] % 2)
    arguments = ["--dataset=npz", f"--data_dir={path}"]
    text = self._train(*arguments, exit_code=1)
    self.assertIn("shape (12, 3, 8, 6), as of [n, channels, he", text)
    self.assertIn("images.transpose(0, 2, 3, 1)", text)
    arguments += ["--npz_keys=train=imgs", "--data_format=channels_first"]
    text = self._train(*arguments)
    self.assertIn("as channels_first: 12 images of 6 x 8 pixels in 3", text)
    # Inference takes files of the same order.
    codes = self._path("codes.npz")
    np.savez(path + "2.npz", images=images)
    self._run("encode", f"--output={codes}", path + "2.npz")
    np.savez(path + "2.npz", images=images.transpose(0, 2, 3, 1))
    text = self._run("encode", f"--output={codes}", path + "2.npz", exit_code=1)
    self.assertIn("so (12, 6, 3, 8) by the run's settings of data", text)


if __name__ == "__main__":
  absltest.main()
