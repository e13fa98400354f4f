import numpy as np
from absl.testing import absltest

from vae_graph.inference.interpolation import lerp, slerp


class InterpolationTest(absltest.TestCase):
  def test_lerp_is_straight(self):
    codes = lerp([0, 2], [4, 0], steps=5)
    np.testing.assert_allclose(
      codes, [[0, 2], [1, 1.5], [2, 1], [3, 0.5], [4, 0]]
    )

  def test_slerp_is_an_even_turn_of_even_length(self):
    codes = slerp([0, 2], [2, 0], steps=7)
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 2, rtol=1e-6)
    angles = np.degrees(np.arctan2(codes[:, 1], codes[:, 0]))
    np.testing.assert_allclose(angles, np.linspace(90, 0, 7), atol=1e-4)

  def test_slerp_is_straight_where_there_is_no_arc(self):
    for start, end in (([1, 1], [2, 2]), ([1, 0], [-1, 0]), ([0, 0], [1, 2])):
      np.testing.assert_array_equal(
        slerp(start, end, steps=4), lerp(start, end, steps=4)
      )


if __name__ == "__main__":
  absltest.main()
