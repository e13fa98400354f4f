import os
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from tests.data import fake_files
from vae_graph import plots
from vae_graph.inference import generated_files
from vae_graph.inference.generation import Plane, Traversals, Usage


class GeneratedFilesTest(parameterized.TestCase):
  """What the pictures are asked to show; tests of `plots` say how."""

  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)

  @parameterized.parameters(
    (2, True, ""),
    (3, True, "the other dimension at 0"),
    (32, True, "the other 30 dimensions at 0"),
    (2, False, "range of the prior's samples"),
    (
      4,
      False,
      "range of the prior's samples, the other 2 dimensions at its mean",
    ),
  )
  def test_manifold_says_where_the_plane_lies(self, size, is_standard, note):
    values = np.arange(2.0)
    plane = Plane(
      np.zeros((2, 2, 6, 5)), np.zeros((2, 2, size)), values, values, (1, 0)
    )
    with mock.patch.object(plots, "plot_manifold") as plot_manifold:
      paths = generated_files.write_manifold(
        self.folder, plane, prior_is_standard=is_standard
      )
    plot_manifold.assert_called_once_with(
      paths[0],
      plane.images,
      values_x=values,
      values_y=values,
      dimensions=(1, 0),
      note=note,
    )

  def test_animation_of_the_most_used_dimensions_there_and_back(self):
    # The pixels of dimension i at step j are 10 i + j.
    pixels = 10.0 * np.arange(12)[:, np.newaxis] + np.arange(3)
    images = np.tile(pixels[..., np.newaxis, np.newaxis], (1, 1, 6, 5))
    traversals = Traversals(images, np.zeros((12, 3, 12)), np.arange(3.0))
    order = np.random.RandomState(0).permutation(12)
    variances = np.empty(12)
    variances[order] = np.arange(12, 0, -1)
    with mock.patch.object(plots, "write_gif") as write_gif:
      generated_files.write_traversals(
        self.folder, traversals, usage=Usage(None, variances)
      )
    path, frames = write_gif.call_args[0]
    self.assertEqual(path, os.path.join(self.folder, "traversals.gif"))
    self.assertEqual(frames.shape, (4, 1, 10, 6, 5))
    for frame, step in zip(frames, (0, 1, 2, 1)):
      expected = pixels[order[:10], step]
      np.testing.assert_array_equal(frame[0, :, 0, 0], expected)
    with np.load(os.path.join(self.folder, "traversals.npz")) as archive:
      self.assertNotIn("kl", archive.files)
      np.testing.assert_array_equal(archive["variances"], variances)


if __name__ == "__main__":
  absltest.main()
