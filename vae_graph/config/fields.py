"""The machinery behind the configurations: fields with help and bounds.

Each field of a configuration is declared once, with its default, help text,
unit and bounds. Python users, absl flags (see flags.py) and the saved
`config.json` all read that one declaration.
"""

import dataclasses
import math
import numbers
from typing import (
  Any,
  Dict,
  Tuple,
  Type,
  TypeVar,
  Union,
  get_type_hints,
)

from vae_graph import errors
from vae_graph.parts import Registry
from vae_graph.paths import local_path

# The types of several values: the type of each, and what to call them.
SEQUENCES = {
  Tuple[int, ...]: (int, "integers"),
  Tuple[str, ...]: (str, "words"),
}

_Config = TypeVar("_Config", bound="Config")


def field(
  default,
  help_text,
  *,
  at_least=None,
  at_most=None,
  above=None,
  below=None,
  choices=None,
  may_change=False,
  of_parts=False,
  is_path=False,
  may_be_bare=False,
  repeated=False,
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
    choices: collection of the allowed strings. A `parts.Registry` stays live,
      so that parts registered later are allowed too, and its parts say which
      other settings of the configuration they read.
    may_change: whether a run may be resumed with another value. True for
      settings that do not alter what a training step computes; or a function of
      the `ExperimentConfig` that is asked for.
    of_parts: whether it acts only where a part that is chosen reads it.
    is_path: whether it names a file or folder, where it is not empty; see
      `paths.local_path`.
    may_be_bare: whether its flag may stand without a value, which then is
      `true`.
    repeated: whether a flag of several words is given once for each, since they
      may have commas.

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
    of_parts=of_parts,
    is_path=is_path,
    may_be_bare=may_be_bare,
    repeated=repeated,
  )
  return dataclasses.field(default=default, metadata=metadata)


def optional_kind(kind):
  """Returns X of a type `Optional[X]`; None of any other type."""
  if getattr(kind, "__origin__", None) is not Union:
    return None
  kinds = [each for each in kind.__args__ if each is not type(None)]
  return kinds[0]


def readers(config_class):
  """Returns who reads the settings of parts: `{setting: {field: [choices]}}`.

  Args:
    config_class: a `Config` class; its fields whose choices are a registry tell
      what they read.
  """
  specs = dataclasses.fields(config_class)
  found = {spec.name: {} for spec in specs if spec.metadata["of_parts"]}
  for spec in specs:
    family = spec.metadata["choices"]
    if isinstance(family, Registry):
      for name in family:
        for setting in family.reads(name) & set(found):
          found[setting].setdefault(spec.name, []).append(name)
  return found


def unread_settings(config_class, values):
  """Finds the settings of parts that none of the chosen parts reads.

  Args:
    config_class: a `Config` class.
    values: dict of settings; those left out have their defaults.

  Returns:
    `{setting: {field: [its choices that would read it]}}`.
  """
  chosen = {
    spec.name: values.get(spec.name, spec.default)
    for spec in dataclasses.fields(config_class)
  }
  return {
    setting: families
    for setting, families in readers(config_class).items()
    if not any(chosen[field] in names for field, names in families.items())
  }


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


@dataclasses.dataclass(frozen=True)
class Config:
  """Base of the frozen configurations: checks, and plain-data conversion."""

  def __post_init__(self):
    types = get_type_hints(type(self))
    for spec in dataclasses.fields(self):
      value = _checked(
        spec.name, getattr(self, spec.name), types[spec.name], spec.metadata
      )
      object.__setattr__(self, spec.name, value)
    self._check_that_all_act()

  def to_dict(self, unread: bool = True) -> Dict[str, Any]:
    """Returns the settings as a dict of JSON types.

    Args:
      unread: whether those are in it that the chosen parts do not read.
    """
    values = dataclasses.asdict(self)
    left_out = {} if unread else unread_settings(type(self), values)
    return {
      name: list(value) if isinstance(value, tuple) else value
      for name, value in values.items()
      if name not in left_out
    }

  @classmethod
  def from_dict(cls: Type[_Config], values: Dict[str, Any]) -> _Config:
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

  def _check_that_all_act(self):
    """Raises where a setting was changed that no chosen part reads."""
    unread = unread_settings(type(self), vars(self))
    for spec in dataclasses.fields(self):
      value = getattr(self, spec.name)
      if spec.name in unread and value != spec.default:
        (family, able), *_ = unread[spec.name].items()
        raise errors.ConfigError(
          f"{spec.name} {value!r} would not act: {family}"
          f" {getattr(self, family)} does not read it; leave it at"
          f" {spec.default!r}, or choose {family} {errors.either(able)}"
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
  if _is_number(value) and kind in (int, float) and not _is_finite(value):
    raise errors.ConfigError(f"{name} must be a finite number, found {value}")
  if kind is float and _is_number(value):
    value = float(value)
  elif kind is int and _is_number(value) and int(value) == value:
    value = int(value)
  elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
    raise _type_error(name, value, kind.__name__)
  if metadata["is_path"] and value:
    value = local_path(value, name)
  _check_bounds(name, value, metadata)
  return value


def _is_number(value):
  return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _is_finite(value):
  """Returns whether a number is finite, as a float too."""
  try:
    return math.isfinite(value)
  except OverflowError:
    return False


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
