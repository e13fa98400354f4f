"""The machinery behind the configurations: fields with help and bounds.

Each field of a configuration is declared once, with its default, help text,
unit and bounds. Python users, absl flags (see flags.py) and the saved
`config.json` all read that one declaration.
"""

import dataclasses
import math
import numbers
from typing import Any, Dict, Tuple, Union, get_type_hints

from vae_graph import errors

# The types of several values: the type of each, and what to call them.
SEQUENCES = {
  Tuple[int, ...]: (int, "integers"),
  Tuple[str, ...]: (str, "words"),
}


def field(
  default,
  help_text,
  at_least=None,
  at_most=None,
  above=None,
  below=None,
  choices=None,
  may_change=False,
):
  """Declares one setting of a frozen configuration.

  Args:
    default: value where nothing is said. None, of a type `Optional[X]`, means
      that another setting decides.
    help_text: one or two sentences, with the unit; becomes the flag's help.
    at_least: inclusive lower bound of a number (of each one, in a tuple).
    at_most: inclusive upper bound, likewise.
    above: exclusive lower bound, likewise.
    below: exclusive upper bound, likewise.
    choices: collection of the allowed strings; a registry dictionary stays
      live, so that parts registered later are allowed too.
    may_change: whether a run may be resumed with another value. True for
      settings that do not alter what a training step computes.

  Returns:
    A `dataclasses.field`.
  """
  metadata = dict(
    help=help_text,
    at_least=at_least,
    at_most=at_most,
    above=above,
    below=below,
    choices=choices,
    may_change=may_change,
  )
  return dataclasses.field(default=default, metadata=metadata)


def optional_kind(kind):
  """Returns X of a type `Optional[X]`; None of any other type."""
  if getattr(kind, "__origin__", None) is not Union:
    return None
  kinds = [each for each in kind.__args__ if each is not type(None)]
  return kinds[0]


def bounds_text(metadata):
  """Returns the bounds in words, such as `at least 1`; empty if unbounded."""
  words = (
    ("at_least", "at least"),
    ("above", "above"),
    ("at_most", "at most"),
    ("below", "below"),
  )
  parts = [
    f"{text} {metadata[key]}"
    for key, text in words
    if metadata[key] is not None
  ]
  return " and ".join(parts)


class Config:
  """Base of the frozen configurations: checks, and plain-data conversion."""

  def __post_init__(self):
    types = get_type_hints(type(self))
    for spec in dataclasses.fields(self):
      value = _checked(
        spec.name, getattr(self, spec.name), types[spec.name], spec.metadata
      )
      object.__setattr__(self, spec.name, value)

  def to_dict(self):
    """Returns the settings as a dict of JSON types."""
    return {
      name: list(value) if isinstance(value, tuple) else value
      for name, value in dataclasses.asdict(self).items()
    }

  @classmethod
  def from_dict(cls, values: Dict[str, Any]):
    """Returns the configuration that `to_dict` turned into `values`.

    Args:
      values: a dict of JSON types; fields left out take their defaults.

    Raises:
      ConfigError: a key is unknown or a value is not allowed.
    """
    known = {spec.name for spec in dataclasses.fields(cls)}
    unknown = sorted(set(values) - known)
    if unknown:
      raise errors.ConfigError(
        "{} has no setting {}; it has: {}".format(
          cls.__name__, ", ".join(unknown), ", ".join(sorted(known))
        )
      )
    return cls(
      **{
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
      }
    )


def _checked(name, value, kind, metadata):
  """Returns `value` in its declared type, or raises a ConfigError."""
  if optional_kind(kind):
    if value is None:
      return None
    kind = optional_kind(kind)
  if kind in SEQUENCES:
    item_kind, words = SEQUENCES[kind]
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
      raise _type_error(name, value, f"a sequence of {words}")
    return tuple(_checked(name, item, item_kind, metadata) for item in value)
  if kind is float and _is_number(value):
    value = float(value)
    if not math.isfinite(value):
      raise errors.ConfigError(f"{name} must be a finite number, found {value}")
  elif kind is int and _is_number(value) and int(value) == value:
    value = int(value)
  elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
    raise _type_error(name, value, kind.__name__)
  _check_bounds(name, value, metadata)
  return value


def _is_number(value):
  return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _type_error(name, value, wanted):
  return errors.ConfigError(f"{name} must be {wanted}, found {value!r}")


def _check_bounds(name, value, metadata):
  at_least, at_most = metadata["at_least"], metadata["at_most"]
  above, below = metadata["above"], metadata["below"]
  choices = metadata["choices"]
  out_of_bounds = (
    (at_least is not None and value < at_least)
    or (at_most is not None and value > at_most)
    or (above is not None and value <= above)
    or (below is not None and value >= below)
  )
  if out_of_bounds:
    raise errors.ConfigError(
      f"{name} must be {bounds_text(metadata)}, found {value}"
    )
  if choices is not None and value not in choices:
    raise errors.ConfigError(
      "{} must be one of {}, found {!r}".format(name, ", ".join(choices), value)
    )
