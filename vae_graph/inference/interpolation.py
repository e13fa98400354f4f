"""Ways from one code to another."""

import numpy as np

# Below this sine of their angle, two codes lie on a line with the origin.
_MIN_SINE = 1e-6


def way_between(start, end, steps, spherical=False):
  """Returns codes at even steps from one code to another.

  Args:
    start: float `[code_size]`.
    end: likewise.
    steps: number of codes, both ends among them.
    spherical: turn around the origin at an even speed rather than go straight.
      Codes between are then as far from the origin as those of the prior, not
      nearer. Where the codes lie on a line with the origin, there is no arc and
      the way is straight.

  Returns:
    float32 `[steps, code_size]`.

  References:
    Shoemake, "Animating Rotation with Quaternion Curves", SIGGRAPH 1985.
    White, "Sampling Generative Networks", 2016.
  """
  start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
  shares = np.linspace(0.0, 1.0, steps)[:, np.newaxis]
  weights = 1.0 - shares, shares
  lengths = np.linalg.norm(start) * np.linalg.norm(end)
  if spherical and lengths > 0:
    angle = np.arccos(np.clip(np.dot(start, end) / lengths, -1.0, 1.0))
    if np.sin(angle) > _MIN_SINE:
      weights = [np.sin(each * angle) / np.sin(angle) for each in weights]
  return (weights[0] * start + weights[1] * end).astype(np.float32)
