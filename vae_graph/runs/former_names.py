"""What an older version called the things in an evaluation."""

_KEYS = {"dequantisation": "dequantization", "neighbours": "neighbors"}
_WORDS = {"grey": "gray"}
# What has such words; names of data sets and paths are the user's.
_WORDED = {"pixels", "undefined"}


def modernized(evaluation):
  """Returns an evaluation in the names of today.

  Args:
    evaluation: dict, as some version's `evaluate_model` returned it.
  """
  found = {_KEYS.get(key, key): value for key, value in evaluation.items()}
  for key in found.keys() & _WORDED:
    found[key] = _reworded(found[key])
  return found


def _reworded(value):
  """Returns a text, or a dict of texts, in the words of today."""
  if isinstance(value, dict):
    return {key: _reworded(each) for key, each in value.items()}
  if isinstance(value, str):
    for old, new in _WORDS.items():
      value = value.replace(old, new)
  return value
