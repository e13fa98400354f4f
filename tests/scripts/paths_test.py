"""Paths that a user names, through the binaries."""

import json
import os

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from tests.data import fake_files
from tests.scripts.binary import run
from tests.training.kept import contents

_SMALL = ("--hidden_units=4", "--batch_size=4", "--eval_every_epochs=0")
# With all that a shell, a glob pattern, a format or an escape gives a meaning.
_ODD = "lr?b*[1]{a,b} 日本🙂 e\u0301 %s #x 'a' \"q\" $HOME ~ -- \\"
# What it matches as a glob pattern.
_SIBLING = "lrxbYY1{a,b} 日本🙂 e\u0301 %s #x 'a' \"q\" $HOME ~ -- \\"
_NOT_UTF8 = os.fsdecode(b"name\xff")


class PathsTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = os.path.realpath(fake_files.temporary_folder(self))
    self.addCleanup(os.chdir, os.getcwd())
    os.chdir(self.folder)
    self.images = np.random.RandomState(0).randint(256, size=(20, 6, 5))
    self.images = self.images.astype(np.uint8)

  def _run(self, binary, *arguments, **variables):
    result = run(*arguments, binary=f"scripts.{binary}", **variables)
    self.assertEqual(result.returncode, 0, result.stderr)
    return result.stdout

  def _assert_refused(self, message, binary, *arguments):
    before = contents(self.folder)
    result = run(*arguments, binary=f"scripts.{binary}", timeout=60)
    self.assertEqual(result.returncode, 2, result.stderr)
    self.assertLen(result.stderr.splitlines(), 1, result.stderr)
    self.assertRegex(result.stderr, f"^{binary}: error: .*{message}")
    self.assertEqual(contents(self.folder), before)
    return before

  def _write_images(self, folder, count=20):
    os.makedirs(folder)
    for index, image in enumerate(self.images[:count]):
      Image.fromarray(image).save(os.path.join(folder, f"{index:02}.png"))

  def _train(self, logdir="run"):
    np.savez("data.npz", x_train=self.images)
    self._run(
      "train",
      *_SMALL,
      "--dataset=npz",
      "--data_dir=data.npz",
      f"--logdir={logdir}",
      "--train_steps=2",
    )

  def test_any_name_will_do_and_its_siblings_are_left_alone(self):
    odd, sibling = _ODD, _SIBLING
    images = os.path.join("images " + odd, _ODD)
    self._write_images(images)
    others = (sibling, sibling + "/plots", sibling + "/best", odd + " (2)")
    for folder in others:
      for name in ("model.ckpt-0.index", "model.ckpt-2.index", "checkpoint"):
        fake_files.write(folder, name, b"of a sibling")
    before = contents(self.folder)
    logdir = os.path.join(self.folder, odd)
    self._run(
      "train",
      *_SMALL,
      "--dataset=images",
      f"--data_dir={images}",
      f"--logdir={odd}",
      "--train_steps=2",
      "--keep_checkpoints=1",
      "--checkpoint_every_steps=1",
    )
    # Resumed with the flags that it has kept.
    self._run("train", f"--flagfile={odd}/flags.txt", "--train_steps=4")
    self.assertIn("step 4", self._run("evaluate", f"--logdir={odd}"))
    self._run(
      "encode",
      f"--logdir={logdir}",
      f"--checkpoint={logdir}/model.ckpt-4",
      f"--output={odd}/new {odd}/codes.npz",
      os.path.join(images, "03.png"),
    )
    with np.load(f"{odd}/new {odd}/codes.npz") as arrays:
      self.assertEqual(list(arrays["names"]), [os.path.join(images, "03.png")])
    export_dir = f"{odd}/{odd}/1"
    self._run("export", f"--logdir={odd}", f"--export_dir={export_dir}")
    self.assertIn("saved_model.pb", os.listdir(export_dir))
    self._run("report", f"--logdir={odd}", f"--output={odd}/page {odd}.html")
    self.assertIn(f"page {odd}.html", os.listdir(odd))
    self._run(
      "train",
      *_SMALL,
      "--dataset=images",
      f"--data_dir={images}",
      "--logdir=next",
      "--train_steps=1",
      f"--init_checkpoint={odd}",
    )
    with open(os.path.join(odd, "config.json"), encoding="utf-8") as file:
      self.assertEqual(json.load(file)["config"]["data"]["data_dir"], images)
    after = contents(self.folder)
    self.assertEqual({path: after.get(path) for path in before}, before)

  def test_a_tilde_is_the_home_folder(self):
    home = os.path.join(self.folder, "home")
    self._write_images(os.path.join(home, "images"))
    self._run(
      "train",
      *_SMALL,
      "--dataset=images",
      "--data_dir=~/images",
      "--logdir=~/run",
      "--train_steps=2",
      HOME=home,
    )
    self._run(
      "encode",
      "--logdir=~/run",
      "--output=~/codes.npz",
      "~/images/03.png",
      HOME=home,
    )
    self.assertContainsSubset(["run", "codes.npz"], os.listdir(home))
    self.assertEqual(os.listdir(self.folder), ["home"])

  @parameterized.product(
    path=("gs://bucket/a", "file:///tmp/a", _NOT_UTF8),
    flag=("logdir", "data_dir", "cache_dir", "init_checkpoint"),
  )
  def test_training_refuses_what_no_file_can_be_named(self, path, flag):
    flags = {"logdir": "run", flag: path}
    self._assert_refused(
      f"{flag} must be a path of this machine, found .*(not supp|UTF-8)",
      "train",
      "--dataset=mnist",
      *(f"--{name}={value}" for name, value in flags.items()),
    )

  def test_a_flagfile_that_is_no_text_is_refused(self):
    for content in (b"\xff\xfe--seed=1", b"--flagfile=a\0b"):
      fake_files.write(self.folder, "a.flags", content)
      self._assert_refused(
        "a --flagfile cannot be read", "train", "--flagfile=a.flags"
      )

  def test_others_refuse_it_too(self):
    self._train()
    path = "gs://bucket/a.png"
    for binary, *flags in (
      ("evaluate", f"--logdir={path}"),
      ("evaluate", f"--logdir={_NOT_UTF8}"),
      ("evaluate", "--logdir=run", f"--checkpoint={path}"),
      ("evaluate", "--logdir=run", f"--data_dir={path}"),
      ("encode", "--logdir=run", f"--output={path}"),
      ("encode", "--logdir=run", f"--output={_NOT_UTF8}"),
      ("encode", "--logdir=run", "--output=new", path),
      ("generate", "--logdir=run", "--output=new", f"--image_a={path}"),
      ("reconstruct", "--logdir=run", f"--output={path}"),
      ("report", "--logdir=run", f"--logdir={path}"),
      ("report", "--logdir=run", f"--output={path}"),
    ):
      with self.subTest(binary=binary, flags=flags):
        self._assert_refused("must be a path of this", binary, *flags)

  def test_nothing_is_written_among_images_that_are_data(self):
    self._write_images("images")
    flags = (
      *_SMALL,
      "--dataset=images",
      "--data_dir=images",
      "--train_steps=2",
    )
    message = "is in the folder of images, images, where all is taken for data"
    for logdir in ("images/run", "images", os.path.abspath("images/a/b")):
      self._assert_refused(message, "train", *flags, f"--logdir={logdir}")
    self._run("train", *flags, "--logdir=run")
    for binary in ("generate", "reconstruct", "encode", "report"):
      self._assert_refused(
        message, binary, "--logdir=run", "--output=images/new"
      )
    self._assert_refused(
      message, "export", "--logdir=run", "--export_dir=images/new"
    )
    self._run("train", *flags, "--logdir=run", "--train_steps=3")


if __name__ == "__main__":
  absltest.main()
