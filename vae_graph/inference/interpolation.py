"""Interpolation between two codes: straight (lerp) and spherical (slerp)."""

import numpy as np

# Below this sine of their angle, two codes lie on a line with the origin.
_MIN_SINE = 1e-6


def lerp(start, end, *, steps):
  """Codes at even steps on the straight line from one code to another.

  Args:
    start: float `[code_size]`.
    end: likewise.
    steps: number of codes, both ends among them.

  Returns:
    float32 `[steps, code_size]`.
  """
  start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
  shares = np.linspace(0.0, 1.0, steps)[:, np.newaxis]
  return ((1.0 - shares) * start + shares * end).astype(np.float32)


def slerp(start, end, *, steps):
  """Codes at even steps on the arc around the origin between two codes.

  They are as far from the origin as those of the prior, where those of `lerp`
  are nearer. Where both codes lie on a line with the origin there is no arc,
  and the straight line is taken.

  Args:
    start: float `[code_size]`.
    end: likewise.
    steps: number of codes, both ends among them.

  Returns:
    float32 `[steps, code_size]`.

  References:
    Shoemake, "Animating Rotation with Quaternion Curves", SIGGRAPH 1985.
    White, "Sampling Generative Networks", 2016.
  """
  start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
  lengths = np.linalg.norm(start) * np.linalg.norm(end)
  if not lengths:
    return lerp(start, end, steps=steps)
  angle = np.arccos(np.clip(np.dot(start, end) / lengths, -1.0, 1.0))
  sine = np.sin(angle)
  if sine <= _MIN_SINE:
    return lerp(start, end, steps=steps)
  shares = np.linspace(0.0, 1.0, steps)[:, np.newaxis]
  weights = np.sin((1.0 - shares) * angle) / sine, np.sin(shares * angle) / sine
  return (weights[0] * start + weights[1] * end).astype(np.float32)
