"""What an older version called the things in an evaluation.

And what it called so that is none: of gray pixels under a Bernoulli, which have
no bits per dimension, the estimate of log p(x).
"""

_KEYS = {"dequantisation": "dequantization", "neighbours": "neighbors"}
_WORDS = {"grey": "gray"}
_NO_PROBABILITY = "gray pixels under likelihood "
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
  reason = (found.get("undefined") or {}).get("bits_per_dim") or ""
  if reason.startswith(_NO_PROBABILITY):
    _rename_bound(found, reason)
  return found


def _rename_bound(found, reason):
  """Gives the bound of a cross-entropy its own name."""
  if found.get("log_likelihood") is None:
    return
  for end in ("", "_stderr"):
    value = found.pop(f"log_likelihood{end}", None)
    found[f"importance_weighted_bound{end}"] = value
  found["log_likelihood"] = None
  found["undefined"] = dict(found["undefined"], log_likelihood=reason)


def _reworded(value):
  """Returns a text, or a dict of texts, in the words of today."""
  if isinstance(value, dict):
    return {key: _reworded(each) for key, each in value.items()}
  if isinstance(value, str):
    for old, new in _WORDS.items():
      value = value.replace(old, new)
  return value
