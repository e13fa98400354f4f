import io
import os

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from tests.data import fake_files
from vae_graph import config, errors
from vae_graph.data import dataset, image_folder

_GRAY = (6, 5, 1)
_COLOR = (6, 5, 3)


def _pixels(index, shape):
  return np.random.RandomState(index).randint(0, 256, shape).astype(np.uint8)


def _encode(image, kind, **settings):
  content = io.BytesIO()
  image = image[..., 0] if image.shape[-1] == 1 else image
  Image.fromarray(image).save(content, kind, **settings)
  return content.getvalue()


def _jpeg(image):
  return _encode(image, "JPEG", quality=100)


def _png(image):
  return _encode(image, "PNG")


class ImageFolderTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)

  def _write(self, name, content):
    folder, name = os.path.split(os.path.join(self.folder, name))
    return fake_files.write(folder, name, content)

  def _load(self, test_fraction=0.5, folder=None):
    return dataset.load_dataset(
      config.DataConfig(
        dataset="images",
        data_dir=folder or self.folder,
        test_fraction=test_fraction,
      )
    )

  def _assert_fails(self, pattern):
    with self.assertRaisesRegex(errors.DataError, pattern) as caught:
      self._load()
    self.assertNotIn("\n", str(caught.exception))

  @parameterized.parameters((_GRAY, (6, 5)), (_COLOR, (6, 5, 3)))
  def test_png_pixels_come_back(self, shape, image_shape):
    pixels = [_pixels(index, shape) for index in range(5)]
    for index in (3, 0, 4, 2, 1):  # The names decide the order.
      self._write(f"{index}.PNG", _png(pixels[index]))
    data = self._load(test_fraction=0.4)
    self.assertEqual(data.image_shape, image_shape)
    self.assertEqual(data.train.images.dtype, np.uint8)
    self.assertIsNone(data.train.labels)
    expected = dataset.hold_out(
      dataset.Split(np.stack(pixels).reshape((5,) + image_shape), None),
      0.4,
      name="x",
    )
    np.testing.assert_array_equal(data.train.images, expected.train.images)
    np.testing.assert_array_equal(data.test.images, expected.test.images)

  def test_jpeg_is_close_to_what_was_encoded(self):
    smooth = np.add.outer(np.arange(16) * 8, np.arange(16) * 4)
    smooth = smooth.astype(np.uint8)[..., None]
    for name in (
      "a.jpg",
      "b.jpeg",
      "jpeg_in_disguise.png",
      "d.JPG",
      "e.jpe",
      "f.jfif",
    ):
      self._write(name, _jpeg(smooth))
    for part in self._load():
      for image in part.images:
        np.testing.assert_allclose(image, smooth[..., 0], atol=3)

  @parameterized.parameters(
    # Numbers are the labels.
    ("3", "10", "100000", (3, 10, 100000), None),
    ("007", "08", "9", (7, 8, 9), None),
    # All others are numbered in the order of the names.
    ("1", "10", "2x", (0, 1, 2), ("1", "10", "2x")),
    ("7", "07", "cats", (1, 0, 2), ("07", "7", "cats")),
    ("7", "07", "8", (1, 0, 2), ("07", "7", "8")),
    ("1", "2", "2147483648", (0, 1, 2), ("1", "2", "2147483648")),
    ("1", "-1", "\u0662", (1, 0, 2), ("-1", "1", "\u0662")),
  )
  def test_subfolders_are_classes(self, *folders_labels_and_names):
    *folders, labels, class_names = folders_labels_and_names
    for number, folder in enumerate(folders):
      for index in range(3):
        # The pixels say the folder.
        image = np.full(_GRAY, 40 * number + index, np.uint8)
        self._write(f"{folder}/{index}.png", _png(image))
    data = self._load(test_fraction=0.3)
    self.assertEqual(data.class_names, class_names)
    self.assertLen(data.test.images, 3)
    for part in data:
      self.assertEqual(part.labels.dtype, np.int32)
      expected = np.array(labels)[part.images[:, 0, 0] // 40]
      np.testing.assert_array_equal(part.labels, expected)
    found = np.concatenate([part.labels for part in data])
    self.assertCountEqual(found, 3 * labels)

  def test_hidden_and_other_files_are_ignored(self):
    for name in ("a.png", "b.png"):
      self._write(name, _png(_pixels(0, _GRAY)))
    for name in (".hidden.png", "notes.txt", "c.png.part", ".git/d.png"):
      self._write(name, b"no image")
    data = self._load()
    self.assertLen(data.train.images, 1)
    self.assertIsNone(data.train.labels)

  @parameterized.named_parameters(
    ("gray_and_color", _png, _GRAY, r"in 1 channel\(s\), expected .*in 3 "),
    ("size", _png, (6, 7, 3), "7 x 6 pixels in 3 .*, expected 5 x 6 "),
    ("gray_jpeg", _jpeg, _GRAY, r"in 1 channel\(s\), expected .*in 3 "),
  )
  def test_unlike_images_name_both_files(self, encode, shape, pattern):
    first = self._write("a.png", _png(_pixels(0, _COLOR)))
    second = self._write("b.png", encode(_pixels(1, shape)))
    self._assert_fails(f"{second}: found .*{pattern}.* as in {first};")

  @parameterized.parameters(2, 4)
  def test_transparency_is_refused(self, channels):
    path = self._write("a.png", _png(_pixels(0, (6, 5, channels))))
    self._assert_fails(f"{path}: .*{channels} channel.*transparency")

  @parameterized.named_parameters(
    ("empty", lambda png, jpeg: b""),
    ("text", lambda png, jpeg: b"no image"),
    ("png_cut", lambda png, jpeg: png[:-30]),
    (
      "png_checksum",
      lambda png, jpeg: png[:50] + bytes([png[50] ^ 255]) + png[51:],
    ),
    ("jpeg_cut", lambda png, jpeg: jpeg[: len(jpeg) // 2]),
  )
  def test_damaged_image_is_named(self, damage):
    image = _pixels(0, (20, 20, 3))
    self._write("a.png", _png(image))
    path = self._write("b.png", damage(_png(image), _jpeg(image)))
    self._assert_fails(f"^{path}: found an image that cannot be")

  def test_images_beside_subfolders(self):
    self._write("a.png", b"")
    self._write("cats/a.png", b"")
    self._assert_fails("a.png beside subfolders such as .*cats")

  def test_nested_subfolders(self):
    self._write("cats/a.png", b"")
    self._write("cats/black/a.png", b"")
    self._assert_fails(
      "cats/black: found a folder inside .*, expected images only, as"
      f" {self.folder}/CLASS/IMAGE; .* if cats is a split, set --data_dir to"
    )

  @parameterized.parameters(
    (("train", "test"), True), (("Train", "val"), True), (("train", "b"), False)
  )
  def test_folders_that_are_named_as_splits_are_remarked_on(self, names, is_so):
    for name in names:
      self._write(f"{name}/a.png", _png(_pixels(0, _GRAY)))
    with self.assertLogs(image_folder.__name__, "WARNING") as logs:
      image_folder._LOGGER.warning("the last one")
      self.assertEqual(self._load().class_names, tuple(sorted(names)))
    self.assertLen(logs.output, 1 + is_so)
    if is_so:
      self.assertRegex(logs.output[1], "taken for classes; if they are splits")

  def test_folder_without_images(self):
    self._assert_fails(f"^{self.folder}: found no image among 0 files")
    self._write("cats/a.png", _png(_pixels(0, _GRAY)))
    self._write("dogs/a.svg", b"")
    self._assert_fails(f"^{self.folder}/dogs: found no image among 1 files")

  def test_no_folder(self):
    file = self._write("a.png", b"")
    for path in (file, file + "s"):
      with self.assertRaisesRegex(errors.DataError, f"^{path}: found no read"):
        self._load(folder=path)

  def test_the_folder_must_be_named(self):
    with self.assertRaisesRegex(errors.ConfigError, "--data_dir=FOLDER"):
      dataset.load_dataset(config.DataConfig(dataset="images"))

  def _load_all(self, **settings):
    """Returns all images, of both splits."""
    data = dataset.load_dataset(
      config.DataConfig(
        dataset="images", data_dir=self.folder, test_fraction=0.5, **settings
      )
    )
    return np.concatenate([part.images for part in data])

  def test_resize_takes_all_sizes_and_colors(self):
    large = _pixels(0, (18, 15, 1)).repeat(2, 0)
    color = _pixels(1, (6, 5, 3))
    gray = large.reshape(6, 6, 5, 3).mean(axis=(1, 3))[..., None]
    for names in ("ab", "ba"):
      for name, image in zip(names, (large, color)):
        self._write(f"{name}.png", _png(image))
      for image in self._load_all(resize="6x5"):
        expected = color if np.ptp(image, axis=-1).any() else gray
        np.testing.assert_allclose(image, expected + 0 * color, atol=0.501)
    with self.assertRaisesRegex(errors.DataError, "set --resize=HxW"):
      self._load_all()
    for resize in ("6", "6x", "0x5", "-1x5", "6x5x3", "true"):
      with self.assertRaisesRegex(errors.ConfigError, "--resize=28x28, found"):
        self._load_all(resize=resize)

  def test_background_and_white_level(self):
    clear = np.zeros((6, 5, 4), np.uint8)
    deep = np.full((6, 5, 1), 4095, np.uint16)
    self._write("a.png", _png(clear))
    self._write("b.tif", _encode(deep, "TIFF"))
    with self.assertRaisesRegex(errors.DataError, "set --background=COLOR"):
      self._load_all(resize="6x5")
    images = self._load_all(resize="6x5", background="white", white_level=4095)
    self.assertEqual(images.shape, (2, 6, 5, 3))
    np.testing.assert_array_equal(images, 1)
    with self.assertRaisesRegex(errors.ConfigError, "background must be an op"):
      self._load_all(background="none")

  def test_skipped_files_are_counted_and_named(self):
    for folder in ("cats", "dogs", "__MACOSX", "@eaDir", "cats/@eaDir"):
      self._write(f"{folder}/a.webp", _png(_pixels(0, _GRAY)))
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "cats/._a.png"):
      self._write(name, b"")
    with self.assertLogs(image_folder.__name__, "WARNING") as logs:
      self._write("dogs/a.svg", b"")
      self.assertEqual(self._load().class_names, ("cats", "dogs"))
    self.assertRegex(
      logs.output[0], "1 file skipped, which does not .*: dogs/a.svg$"
    )
    for index in range(16):
      self._write(f"cats/{index:02}.txt", b"")
    with self.assertLogs(image_folder.__name__, "WARNING") as logs:
      self._load()
    self.assertRegex(
      logs.output[0],
      "17 files skipped, which do not end in .png, .*: cats/00.txt, .*"
      "cats/04.txt, ...$",
    )

  def test_16_bits_make_floats_of_all(self):
    levels = np.random.RandomState(0).randint(2**16, size=(6, 5, 1))
    self._write("a.png", _png(np.full(_GRAY, 51, np.uint8)))
    self._write("b.png", _png(levels.astype(np.uint16)))
    images = np.concatenate([part.images for part in self._load()])
    self.assertEqual(images.dtype, np.float32)
    flat, deep = sorted(images, key=np.ptp)
    np.testing.assert_allclose(flat, 51 / 255, rtol=1e-6)
    np.testing.assert_allclose(deep, levels[..., 0] / 65535, rtol=1e-6)


if __name__ == "__main__":
  absltest.main()
