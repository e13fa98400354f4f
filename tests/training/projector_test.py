import os
import tempfile

import matplotlib.image
import numpy as np
from absl.testing import absltest, parameterized
from google.protobuf import text_format
from tensorboard.plugins.projector import projector_config_pb2

import vae_graph
from vae_graph.training.projector import write_projector


class ProjectorTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.random = np.random.RandomState(0)

  def _write(self, images, labels=None, **options):
    """Writes random codes; returns them, and the embedding as configured."""
    codes = self.random.normal(size=(len(images), 3)).astype(np.float32)
    split = vae_graph.Split(images, labels)
    write_projector(self.folder, codes, split=split, **options)
    path = os.path.join(self.folder, "projector_config.pbtxt")
    with open(path, encoding="utf-8") as file:
      config = projector_config_pb2.ProjectorConfig()
      text_format.Parse(file.read(), config)
    (embedding,) = config.embeddings
    return codes, embedding

  def _path(self, name):
    return os.path.join(self.folder, name)

  def test_codes_and_labels_are_lines_of_their_files(self):
    images = np.zeros((7, 4, 5), np.uint8)
    labels = np.arange(7, dtype=np.int32) % 3
    codes, embedding = self._write(images, labels)
    found = np.loadtxt(self._path(embedding.tensor_path), delimiter="\t")
    np.testing.assert_allclose(found, codes, rtol=1e-6)
    found = np.loadtxt(self._path(embedding.metadata_path))
    np.testing.assert_array_equal(found, labels)

  def test_names_of_classes_stand_beside_the_labels(self):
    labels = np.array([0, 2, 1, 5], np.int32)
    _, embedding = self._write(
      np.zeros((4, 4, 5), np.uint8),
      labels,
      class_names=("a\tb\n", "\u732b", ""),
    )
    with open(self._path(embedding.metadata_path), encoding="utf-8") as file:
      lines = [line.split("\t") for line in file.read().splitlines()]
    self.assertEqual(
      lines,
      [
        ["class", "label"],
        ["a b", "0"],
        ["2", "2"],
        ["\u732b", "1"],
        ["5", "5"],
      ],
    )

  @parameterized.product(
    n=(1, 5, 12), channels=((), (3,)), dtype=(np.uint8, np.float32)
  )
  def test_the_picture_has_each_image_in_its_place(self, n, channels, dtype):
    levels = self.random.randint(256, size=(n, 4, 5) + channels)
    images = levels.astype(dtype)
    if dtype == np.float32:
      images /= 255
    _, embedding = self._write(images)
    width, height = embedding.sprite.single_image_dim
    self.assertEqual((height, width), (4, 5))
    sprite = matplotlib.image.imread(self._path(embedding.sprite.image_path))
    columns = sprite.shape[1] // width
    self.assertEqual(columns, np.ceil(np.sqrt(n)))
    for index in range(n):
      top, left = index // columns * height, index % columns * width
      found = 255 * sprite[top : top + height, left : left + width]
      expected = levels[index] if channels else levels[index][..., np.newaxis]
      np.testing.assert_allclose(found - expected, 0, atol=0.01)

  def test_without_labels_or_room_for_images_there_are_codes_alone(self):
    images = np.zeros((5, 2, 4000), np.uint8)  # Three in a row: 12,000 pixels.
    codes, embedding = self._write(images)
    self.assertEqual(len(codes), 5)
    self.assertEqual(embedding.tensor_name, "codes")
    self.assertFalse(embedding.metadata_path)
    self.assertFalse(embedding.sprite.image_path)
    self.assertEqual(
      sorted(os.listdir(self.folder)), ["codes.tsv", "projector_config.pbtxt"]
    )


if __name__ == "__main__":
  absltest.main()
