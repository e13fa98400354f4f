import numpy as np
from absl.testing import absltest

from vae_graph.inference.interpolation import way_between


class WayBetweenTest(absltest.TestCase):
  def test_straight(self):
    way = way_between([0, 2], [4, 0], 5)
    np.testing.assert_allclose(
      way, [[0, 2], [1, 1.5], [2, 1], [3, 0.5], [4, 0]]
    )

  def test_spherical_is_an_even_turn_of_even_length(self):
    way = way_between([0, 2], [2, 0], 7, spherical=True)
    np.testing.assert_allclose(np.linalg.norm(way, axis=1), 2, rtol=1e-6)
    angles = np.degrees(np.arctan2(way[:, 1], way[:, 0]))
    np.testing.assert_allclose(angles, np.linspace(90, 0, 7), atol=1e-4)

  def test_spherical_is_straight_where_there_is_no_arc(self):
    for start, end in (([1, 1], [2, 2]), ([1, 0], [-1, 0]), ([0, 0], [1, 2])):
      np.testing.assert_array_equal(
        way_between(start, end, 4, spherical=True), way_between(start, end, 4)
      )


if __name__ == "__main__":
  absltest.main()
