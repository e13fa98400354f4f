"""The figures of an evaluation as text."""

import math
import typing

from vae_graph.charts import format_number

DASH = "\N{EM DASH}"
# Vectors of more numbers are summarized.
_MOST_LISTED = 3
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Reading(typing.NamedTuple):
  """A figure's value as text, or a dash and the reason why there is none.

  stderr, note and reason may be empty.
  """

  value: str
  stderr: str = ""
  note: str = ""
  reason: str = ""

  def __str__(self):
    """Returns all of it but the note on one line."""
    error = f" ± {self.stderr}" if self.stderr else ""
    reason = f" ({self.reason})" if self.reason else ""
    return self.value + error + reason


def read(figure, evaluation):
  """Returns the `Reading` of a figure.

  Args:
    figure: a `figures.Figure`.
    evaluation: dict as of `ReportRun`, or None.
  """
  if evaluation is None:
    return Reading(DASH, reason="not evaluated")
  value = evaluation.get(figure.name)
  if _is_missing(value):
    reason = (evaluation.get("undefined") or {}).get(figure.name)
    if not reason:
      missing = figure.name not in evaluation
      reason = "not evaluated" if missing else "not a finite number"
    return Reading(DASH, reason=reason)
  stderr = evaluation.get(f"{figure.name}_stderr")
  if _is_missing(stderr):
    stderr = 0
  if figure.unit == "%" and isinstance(value, (int, float)):
    value, stderr = 100 * value, 100 * stderr
  return Reading(
    format_value(value, stderr),
    format_value(stderr, stderr) if stderr else "",
    _note(figure, evaluation),
  )


def format_value(value, stderr=0):
  """Returns a value as text.

  Args:
    value: a number, which has as many decimals as two digits of its standard
      error, else four digits, integers all; or text; or a list of numbers or
      of lists of them, which is summarized where it is long. None, NaN and
      infinity are a dash.
    stderr: its standard error, or 0.
  """
  if _is_missing(value):
    return DASH
  if isinstance(value, (list, tuple)):
    return _format_list(value)
  if isinstance(value, (bool, str, dict)):
    return str(value)
  if isinstance(value, int):
    return format_number(value, ",")
  if stderr:
    return format_number(value, f",.{max(0, 1 - _exponent(stderr))}f")
  if value == 0:
    return "0"
  if abs(value) < 1e-4:
    digits, exponent = f"{value:.2e}".split("e")
    power = str(int(exponent)).translate(_SUPERSCRIPTS)
    return f"{format_number(float(digits), '.2f')}×10{power}"
  return format_number(value, f",.{max(0, 3 - _exponent(value))}f")


def _is_missing(value):
  """Returns whether there is no such figure; JSON has None for a NaN."""
  return value is None or (
    isinstance(value, float) and not math.isfinite(value)
  )


def _exponent(value):
  """Returns the power of ten of a number's first digit."""
  return math.floor(math.log10(abs(value)))


def _format_list(values):
  """Returns a vector, or a symmetric matrix, as text."""
  is_matrix = bool(values) and isinstance(values[0], (list, tuple))
  if len(values) <= _MOST_LISTED:
    rows = values if is_matrix else [values]
    texts = [", ".join(_short(value) for value in row) for row in rows]
    return "[{}]".format("; ".join(texts))
  if not is_matrix:
    known = [value for value in values if not _is_missing(value)]
    if not known:
      return DASH
    return f"{_short(min(known))} to {_short(max(known))}"
  variances = [row[index] for index, row in enumerate(values)]
  others = [
    abs(value)
    for index, row in enumerate(values)
    for column, value in enumerate(row)
    if column != index and not _is_missing(value)
  ]
  if not others:
    return DASH
  return (
    f"variances {_format_list(variances)}, others within ±{_short(max(others))}"
  )


def _short(value):
  """Returns a number of a list as text, None and NaN as a dash."""
  return DASH if _is_missing(value) else format_number(value, ".2f")


def _note(figure, evaluation):
  texts = {
    name: format_value(value)
    for name, value in evaluation.items()
    if isinstance(value, (int, float, str))
  }
  try:
    return figure.note.format(**texts)
  except KeyError:
    return ""
