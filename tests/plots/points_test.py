import numpy as np
from absl.testing import absltest

from vae_graph.plots import points


class PointsTest(absltest.TestCase):
  def test_principal_components_do_not_flip(self):
    codes = np.random.RandomState(0).normal(size=(100, 3)) * [5, 2, 1]
    projected, shares = points.principal_components(codes)
    mirrored, _ = points.principal_components(-codes)
    np.testing.assert_allclose(mirrored, -projected)
    self.assertGreater(shares[0], shares[1])
    self.assertGreater(np.corrcoef(projected[:, 0], codes[:, 0])[0, 1], 0.9)

  def test_spread_apart_moves_only_what_is_near(self):
    positions = [[0, 0], [0, 0], [5, 5], [5, 5.5], [20, 20]]
    moved = points.spread_apart(positions, distance=1)
    np.testing.assert_allclose(
      moved, [[-0.5, 0], [0.5, 0], [5, 4.75], [5, 5.75], [20, 20]]
    )


if __name__ == "__main__":
  absltest.main()
