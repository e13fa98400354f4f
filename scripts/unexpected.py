"""An exception that nobody expected, as one line."""

import os
import re
import sysconfig
import traceback

import scripts
import vae_graph

# TensorFlow says these first, and then what has happened.
_HEADINGS = re.compile(r"\d+ root error\(s\) found\.|Graph execution error:")
_MOST_CHARACTERS = 300
_OURS = tuple(
  os.path.dirname(os.path.abspath(package.__file__)) + os.sep
  for package in (scripts, vae_graph)
)
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(vae_graph.__file__)))
_OTHERS = (
  "<",
  *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
)


def describe(error):
  """Returns a line: its type, the first line of its message, and its place.

  The place is the last one in this project, or in a program that uses it, that
  the exception has passed; else where it was raised.
  """
  kind = type(error)
  name = kind.__qualname__
  if kind.__module__ != "builtins":
    name = f"{kind.__module__}.{name}"
  message = _first_line(str(error))
  return f"{name}{message and ': '}{message} ({_place(error)})"


def _first_line(text):
  """Returns the first line that says something, if it is long its start."""
  lines = (" ".join(line.split()) for line in text.splitlines())
  for line in lines:
    if line and not _HEADINGS.fullmatch(line):
      cut = line[:_MOST_CHARACTERS].rstrip()
      return line if cut == line else f"{cut} ..."
  return ""


def _place(error):
  """Returns the file and line of `describe`."""
  frames = traceback.extract_tb(error.__traceback__)
  known = [frame for frame in frames if not _is_of_others(frame.filename)]
  frame = (known or frames)[-1]
  path = os.path.relpath(frame.filename, _HERE)
  if path.startswith(os.pardir):
    path = frame.filename
  return f"{path}:{frame.lineno}"


def _is_of_others(path):
  """Returns whether a file is Python's own, or of a package beside this one."""
  return not path.startswith(_OURS) and path.startswith(_OTHERS)
