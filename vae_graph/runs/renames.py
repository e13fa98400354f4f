r"""Renaming a checkpoint's variables, as `--map=OLD=NEW` says.

OLD is a regular expression that is looked for in a variable's name, NEW what
takes the place of each match, with `\1` for its first group. An empty name
leaves the variable out.

    ^vae/=                       the variables under vae/, without that scope
    ^q_net/fc(\d)/=encoder/l\1/      a layer under another name
    ^classifier/.*=              those of a classifier are left out
"""

import re
from typing import NamedTuple, Pattern

from vae_graph import errors

# Names of variables in an error.
_MOST_SHOWN = 20


class Rename(NamedTuple):
  """A renaming.

  text: `OLD=NEW` as it was given.
  old: the regular expression.
  new: what takes the place of a match.
  """

  text: str
  old: Pattern
  new: str


def parse(texts, name):
  """Returns the `Rename`s that texts `OLD=NEW` are.

  Args:
    texts: sequence of them.
    name: of the setting that holds them, for the error.

  Raises:
    ConfigError: one is none.
  """
  return [_parse(text, name) for text in texts]


def apply(names, renames, *, where):
  """Renames variables, by each of the renamings in turn.

  Args:
    names: iterable of names.
    renames: sequence of `Rename`.
    where: what holds the variables, for the error.

  Returns:
    `{new name: name}`, in the order of `names`.

  Raises:
    ConfigError: one finds nothing to rename, or speaks of a group that it has
      not, or two variables get one name.
  """
  current = {name: name for name in names}
  for rename in renames:
    if not any(rename.old.search(new) for new in current.values()):
      there = sorted(set(current.values()) - {""})
      shown = ", ".join(there[:_MOST_SHOWN])
      more = "" if len(there) <= _MOST_SHOWN else f" and {len(there):,} in all"
      raise errors.ConfigError(
        f"{rename.text!r} matches no variable of {where}, such as"
        f" {shown}{more}; correct it, or leave it out"
      )
    current = {name: _renamed(rename, new) for name, new in current.items()}
  renamed = {}
  for name, new in current.items():
    if new and renamed.setdefault(new, name) != name:
      raise errors.ConfigError(
        f"{renamed[new]} and {name} of {where} both become {new}; rename one"
        " otherwise, or leave it out by an empty name"
      )
  return renamed


def _parse(text, name):
  # A name has no =, but a regular expression may.
  old, equals, new = text.rpartition("=")
  if not (old and equals):
    raise _no_renaming(text, name, "one of the two sides is missing")
  try:
    return Rename(text, re.compile(old), new)
  except re.error as error:
    raise _no_renaming(text, name, error) from error


def _renamed(rename, name):
  try:
    return rename.old.sub(rename.new, name)
  except (re.error, IndexError) as error:  # Of a group that is not there.
    raise _no_renaming(rename.text, "a renaming", error) from error


def _no_renaming(text, name, reason):
  return errors.ConfigError(
    f"{name} must be OLD_REGEX=NEW, such as ^model/=, found {text!r}: {reason}"
  )
