"""Paths that a user names: of this machine, and such as every program keeps."""

import os
import re
from typing import Union

from vae_graph import errors

# What a user may name a file or folder by.
LocalPath = Union[str, bytes, "os.PathLike[str]"]

# gs://bucket/run and the like, which TensorFlow might ask a network for.
_SCHEME = re.compile(r"[^/]*://")


def local_path(path: LocalPath, name: str) -> str:
  """Returns the path of a file or folder of this machine, as text.

  What begins with `~` or `~user` begins with that user's home folder.

  Args:
    path: text, bytes or an `os.PathLike`.
    name: of the setting that holds it, for the error.

  Raises:
    ConfigError: it is empty, has a scheme such as `gs://`, or is one that
      TensorFlow, JSON or a flagfile could not hold.
  """
  try:
    text = os.fsdecode(path)
  except TypeError as error:
    raise errors.ConfigError(
      f"{name} must be a path of this machine, found {path!r}; pass text or an"
      " os.PathLike"
    ) from error
  wrong = _what_is_wrong(text)
  if wrong:
    # Printable, on one line, whatever it holds.
    shown = repr(text).encode("utf-8", "backslashreplace").decode("utf-8")
    raise errors.ConfigError(
      f"{name} must be a path of this machine, found {shown}: {wrong}"
    )
  return os.path.expanduser(text)


def _what_is_wrong(text):
  """Returns why a path cannot be used and what to do, or None."""
  if not text:
    return "name a file or folder"
  scheme = _SCHEME.match(text)
  if scheme:
    return f"{scheme.group()} is not supported; mount or copy what is there"
  if "\0" in text:
    return "no path holds the character 0; correct it"
  # Flagfiles hold a flag on a line, and white space behind it is lost.
  if text.splitlines() != [text] or text != text.rstrip():
    return "it has a line break, or ends in white space; rename what it names"
  try:
    text.encode("utf-8")
  except UnicodeEncodeError:
    return "it is not UTF-8; rename what it names"
  if text.startswith("~") and os.path.expanduser(text) == text:
    return "there is no such user; put ./ before a name that begins with ~"
  return None
