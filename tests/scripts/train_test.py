import gzip
import json
import os
import re
import tempfile
import time

import numpy as np
from absl.testing import absltest, parameterized

import flags
from tests.scripts.binary import (
  SMALL,
  run,
  run_process,
)
from vae_graph.compat import tf
from vae_graph.runs.lock import FolderLock


class TrainBinaryTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(self.folder, "run")

  def _path(self, name, content=None):
    path = os.path.join(self.folder, name)
    if content is not None:
      os.makedirs(os.path.dirname(path), exist_ok=True)
      with open(path, "wb") as file:
        file.write(content)
    return path

  def _assert_fails(self, exit_code, message, *arguments):
    result = run(f"--logdir={self.logdir}", *arguments)
    errors = [
      line for line in result.stderr.splitlines() if line.startswith("train: ")
    ]
    self.assertEqual(result.returncode, exit_code, result.stderr)
    self.assertLen(errors, 1, result.stderr)
    self.assertTrue(result.stderr.endswith(errors[0] + "\n"), result.stderr)
    self.assertRegex(errors[0], message)
    self.assertNotIn("Traceback", result.stderr)
    return result

  def test_trains_resumes_and_says_where_the_pictures_are(self):
    arguments = (*SMALL, f"--logdir={self.logdir}", "--train_steps=30")
    first = run(*arguments)
    self.assertEqual(first.returncode, 0, first.stderr)
    self.assertRegex(
      first.stdout, r"^test ELBO -\d+\.\d+ nats per image \(standard error"
    )
    self.assertIn("step 30 of 30", first.stderr)
    folder = re.search(r"pictures: (.*)", first.stdout).group(1)
    self.assertLen(os.listdir(folder), 4)
    again = run(*arguments)
    self.assertEqual(again.stdout, first.stdout)
    further = run(*arguments, "--train_steps=40")
    self.assertEqual(further.returncode, 0, further.stderr)
    latest = tf.train.latest_checkpoint(self.logdir)
    self.assertEqual(os.path.basename(latest), "model.ckpt-40")

  def test_flags_txt_is_a_flagfile_of_the_run(self):
    run(*SMALL, f"--logdir={self.logdir}", "--train_steps=1", "--code_size=3")
    flags_path = os.path.join(self.logdir, "flags.txt")
    other = os.path.join(self.folder, "other")
    result = run(f"--flagfile={flags_path}", f"--logdir={other}")
    self.assertEqual(result.returncode, 0, result.stderr)
    settings = []
    for logdir in (self.logdir, other):
      with open(os.path.join(logdir, "config.json"), encoding="utf-8") as file:
        settings.append(json.load(file)["config"])
    self.assertEqual(*settings)
    self.assertEqual(settings[0]["model"]["code_size"], 3)

  @parameterized.parameters(
    ("--batch_size=0", "batch_size must be at least 1, found 0"),
    ("--epoch=3", "Unknown command line flag 'epoch'. Did you mean: epochs"),
    ("--flagfile=no.flags", "error: Unable .*no.flags.*--list_presets"),
    ("--preset=no", "--preset must be hafner_mnist, .* 'no'; --list_presets"),
    ("--network=convolutional", r"--network=convolutional.*<dense\|"),
    ("--hidden_units=a,b", "--hidden_units=a,b: comma-separated integers"),
    ("--learning_rate=fast", "--learning_rate=fast"),
    ("extra", "unexpected argument 'extra'"),
    ("--batch_size=9001", "batch_size must be at most .* 9000, found 9001"),
  )
  def test_wrong_usage(self, argument, message):
    self._assert_fails(2, message, argument)
    # Nothing is there that would hold a corrected command to the wrong flag.
    self.assertFalse(os.path.exists(self.logdir))

  def test_logdir_is_required(self):
    result = run()
    self.assertEqual(result.returncode, 2)
    self.assertRegex(result.stderr, "train: error: --logdir is missing; name")

  def _mnist_folder(self, images):
    """Writes a small MNIST; `images` replaces the training images' file."""
    labels = np.zeros(20, np.uint8).tobytes()
    pixels = np.zeros(20 * 28 * 28, np.uint8).tobytes()
    image_header = np.array([0x803, 20, 28, 28], ">i4").tobytes()
    label_header = np.array([0x801, 20], ">i4").tobytes()
    good = image_header + pixels
    for split in ("train", "t10k"):
      content = images(good) if split == "train" else good
      self._path(f"mnist/{split}-images-idx3-ubyte", content)
      self._path(f"mnist/{split}-labels-idx1-ubyte", label_header + labels)
    return self._path("mnist")

  @parameterized.named_parameters(
    ("random_bytes", lambda good: os.urandom(1000), "train-images"),
    ("truncated_gzip", lambda good: gzip.compress(good)[:40], "train-images"),
    (
      "wrong_magic",
      lambda good: b"\0\0\x08\x01" + good[4:],
      "train-images.*magic",
    ),
    ("cut_short", lambda good: good[:-1], "train-images"),
    ("empty_file", lambda good: b"", "train-images"),
    (
      "empty_set",
      lambda good: np.array([0x803, 0, 28, 28], ">i4").tobytes(),
      "train",
    ),
    (
      "wrong_shape",
      lambda good: np.array([0x803, 20, 14, 56], ">i4").tobytes() + good[16:],
      "14.*28|28.*14",
    ),
  )
  def test_damaged_mnist(self, images, message):
    folder = self._mnist_folder(images)
    self._assert_fails(1, message, "--dataset=mnist", f"--data_dir={folder}")

  def test_nan_pixels(self):
    images = np.zeros((20, 4, 4), np.float32)
    images[3, 1, 2] = np.nan
    path = self._path("images.npz")
    np.savez(path, x_train=images)
    self._assert_fails(1, "NaN", "--dataset=npz", f"--data_dir={path}")

  def test_a_single_test_image_has_no_standard_error(self):
    path = self._path("images.npz")
    images = np.zeros((9, 4, 4), np.uint8)
    np.savez(path, x_train=images, x_test=images[:1])
    result = run(
      f"--logdir={self.logdir}",
      "--dataset=npz",
      f"--data_dir={path}",
      "--batch_size=3",
      "--epochs=1",
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertIn("(standard error —)", result.stdout)

  def test_missing_folder(self):
    self._assert_fails(
      1, "nowhere", "--dataset=mnist", f"--data_dir={self._path('nowhere')}"
    )

  def test_unwritable_logdir(self):
    self.logdir = os.path.join(self._path("file", b"mine"), "run")
    self._assert_fails(1, "file")
    with open(self._path("file"), "rb") as file:
      self.assertEqual(file.read(), b"mine")

  def test_logdir_in_training(self):
    with FolderLock(os.path.join(self.logdir, "trainer.lock")):
      self._assert_fails(
        1,
        f"run is in training by process {os.getpid()} on .* since 2.*; wait"
        " until that ends, stop it, or choose another --logdir$",
        *SMALL,
      )
      self.assertEqual(os.listdir(self.logdir), ["trainer.lock"])

  def test_logdir_on_other_data(self):
    path = self._path("images.npz")
    flags_path = os.path.join(self.logdir, "flags.txt")
    arguments = (
      "--dataset=npz",
      f"--data_dir={path}",
      "--batch_size=3",
      "--hidden_units=4",
    )
    images = np.zeros((12, 4, 4), np.uint8)
    np.savez(path, x_train=images, x_test=images[:3])
    first = run(f"--logdir={self.logdir}", *arguments, "--epochs=2")
    self.assertEqual(first.returncode, 0, first.stderr)
    np.savez(path, x_train=images[:9], x_test=images[:3])
    self._assert_fails(
      1,
      "12 train images of 4,4 uint8, hash [0-9a-f]{8} and .* there, 9 train im"
      ".* found.; .*--allow_other_data$",
      *arguments,
      "--epochs=4",
    )
    allowed = run(
      f"--logdir={self.logdir}",
      *arguments,
      "--epochs=4",
      "--allow_other_data",
    )
    self.assertEqual(allowed.returncode, 0, allowed.stderr)
    # 2 epochs of 4 steps, and 2 of 3.
    self.assertIn("at step 14, epoch 4;", allowed.stdout)
    with open(flags_path, encoding="utf-8") as file:
      self.assertNotIn("allow_other_data", file.read())
    again = run(f"--flagfile={flags_path}", f"--logdir={self.logdir}")
    self.assertEqual(again.stdout, allowed.stdout, again.stderr)

  def test_logdir_of_another_configuration(self):
    run(*SMALL, f"--logdir={self.logdir}", "--train_steps=1")
    self._assert_fails(
      1, "model.code_size: 2 there, 7 asked for", *SMALL, "--code_size=7"
    )

  def test_traceback_on_request(self):
    result = run(
      f"--logdir={self.logdir}",
      "--traceback",
      "--dataset=npz",
      "--data_dir=/nowhere.npz",
    )
    self.assertEqual(result.returncode, 1)
    self.assertIn("Traceback", result.stderr)

  def test_help_lists_every_flag_without_tensorflow(self):
    start = time.time()
    result = run_process("--help")
    self.assertLess(time.time() - start, 5)
    for name in (
      "code_size",
      "beta",
      "dataset",
      "batch_size",
      "logdir",
      "intra_op_threads",
      "traceback",
    ):
      self.assertIn(f"--{name}", result.stdout.replace("[no]", ""))

  def test_list_presets(self):
    result = run("--list_presets")
    self.assertEqual(result.returncode, 0, result.stderr)
    for path in flags.preset_paths():
      name = os.path.splitext(os.path.basename(path))[0]
      self.assertIn(f"--preset={name}\n    ", result.stdout)

  def test_a_preset_is_read_where_it_stands_in_a_flagfile_too(self):
    path = os.path.join(self.folder, "ours.flags")
    with open(path, "w", encoding="utf-8") as file:
      file.write("--seed=3\n--preset=quickstart\n--code_size=7\n")
    result = run(
      *("--epochs=1", "--batch_size=3", f"--flagfile={path}"),
      *("--preset", "mixture_mnist", "--dataset=mnist_10k"),
      *("--train_steps=1", "--hidden_units=16", f"--logdir={self.logdir}"),
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    with open(os.path.join(self.logdir, "config.json"), encoding="utf-8") as f:
      config = json.load(f)["config"]
    self.assertEqual(config["training"]["seed"], 3)  # before the preset
    self.assertEqual(config["training"]["batch_size"], 100)  # in it
    self.assertEqual(config["training"]["ema_decay"], 0.999)  # in it alone
    self.assertEqual(config["model"]["prior"], "mixture")  # of the second
    self.assertEqual(config["model"]["code_size"], 2)
    self.assertEqual(config["model"]["hidden_units"], [16])  # after both
    with open(os.path.join(self.logdir, "flags.txt"), encoding="utf-8") as file:
      lines = file.read().splitlines()
    self.assertIn("--ema_decay=0.999", lines)
    self.assertEmpty([line for line in lines if "--preset" in line])


if __name__ == "__main__":
  absltest.main()
