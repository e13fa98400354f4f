"""What charts share, be they drawn by matplotlib or as SVG."""

import math

MINUS = "\N{MINUS SIGN}"
# More points than this make a line without a mark at each.
MOST_MARKS = 60
_MARGIN = 0.08


def format_number(value, spec):
  """Returns a number as text, with a true minus sign.

  Args:
    value: the number.
    spec: how, as for `format`. What rounds to nothing has no sign.
  """
  text = format(value, spec)
  if text.startswith("-") and not text.strip("-0.,"):
    text = text[1:]
  return text.replace("-", MINUS)


def value_range(points):
  """Returns the lowest and the highest value to show of a curve.

  Values before epoch 1, which may be far off, do not squash the curve.

  Args:
    points: pairs (epoch, value), those of all lines that are drawn together;
      those whose value is not finite are left out.

  Returns:
    The range of the values from epoch 1 on if they are two or more and those
    before would make it three times as wide, else of all values; with a margin.
  """
  points = [point for point in points if math.isfinite(point[1])]
  if not points:
    return 0.0, 1.0
  low, high = _extremes(points)
  late = [point for point in points if point[0] >= 1]
  if len(late) > 1:
    late_low, late_high = _extremes(late)
    if 0 < 3 * (late_high - late_low) < high - low:
      low, high = late_low, late_high
  margin = _MARGIN * (high - low) or max(0.02 * abs(low), 0.1)
  return low - margin, high + margin


def _extremes(points):
  values = [value for _, value in points]
  return min(values), max(values)
