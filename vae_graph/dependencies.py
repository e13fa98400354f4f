"""Which versions of TensorFlow and of what goes with it are supported.

pyproject.toml's extras install those that are tested; this says so to whoever
has others, or none.
"""

import contextlib
import os
import re
import sys

from vae_graph import errors

_OLDEST_TENSORFLOW = (1, 15)
# From there on Keras 2, on which TensorFlow Probability stands, is tf-keras.
_KERAS_3 = (2, 16)
# The TensorFlow Probability made for a TensorFlow, and for those after it. For
# 2.0 to 2.14, which are untested, whichever can be imported will do.
_PROBABILITY = (
  ((2, 18), (0, 25)),
  ((2, 16), (0, 24)),
  ((2, 15), (0, 23)),
  ((2, 0), None),
  ((1, 15), (0, 8)),
)

# The oldest and the newest Python of each of our extras, the best first.
_EXTRAS = (
  ((3, 10), (3, 13), "tf"),
  ((3, 9), (3, 11), "tf215"),
  ((3, 7), (3, 7), "tf1"),
)


@contextlib.contextmanager
def importing_tensorflow():
  """A context in which whatever fails is a DependencyError."""
  with _importing("TensorFlow", "tensorflow", _own_command()):
    yield


@contextlib.contextmanager
def importing_keras(tensorflow):
  """Likewise, for tf-keras with a version of TensorFlow, as text."""
  with _importing("tf-keras", "tf_keras", _keras_command(tensorflow)):
    yield


@contextlib.contextmanager
def importing_probability(tensorflow):
  """Likewise, for TensorFlow Probability."""
  command = _probability_command(_fitting_probability(tensorflow))
  with _importing("TensorFlow Probability", "tensorflow_probability", command):
    yield


def check_tensorflow(version):
  """Raises a DependencyError unless the version, a text, is supported."""
  if _minor(version) < _OLDEST_TENSORFLOW:
    raise errors.DependencyError(
      f"TensorFlow {version} is not supported; {_text(_OLDEST_TENSORFLOW)}"
      f" and later are: {_own_command()}"
    )


def needs_keras(tensorflow):
  """Returns whether tf-keras goes with a version of TensorFlow."""
  return _minor(tensorflow) >= _KERAS_3


def check_keras(version, tensorflow):
  """Raises a DependencyError unless tf-keras fits the TensorFlow."""
  if _minor(version) != _minor(tensorflow):
    raise errors.DependencyError(
      f"tf-keras {version} does not fit TensorFlow {tensorflow};"
      f" {_text(_minor(tensorflow))} does: {_keras_command(tensorflow)}"
    )


def check_probability(version, tensorflow):
  """Raises a DependencyError unless TensorFlow Probability fits."""
  fitting = _fitting_probability(tensorflow)
  newest = _PROBABILITY[0][1]
  found = _minor(version)
  if fitting in (None, found) or found > fitting == newest:
    return
  raise errors.DependencyError(
    f"TensorFlow Probability {version} is not supported with TensorFlow"
    f" {tensorflow}; {_text(fitting)} is: {_probability_command(fitting)}"
  )


@contextlib.contextmanager
def _importing(name, module, command):
  try:
    yield
  except errors.DependencyError:
    raise
  except ModuleNotFoundError as error:
    if error.name != module:
      raise _not_importable(name, error, command) from error
    raise errors.DependencyError(
      f"{name} is not installed; {command}"
    ) from None
  except Exception as error:  # Packages that do not fit fail in many ways.
    raise _not_importable(name, error, command) from error


def _not_importable(name, error, command):
  line = (str(error).strip() or "no message").splitlines()[0]
  return errors.DependencyError(
    f"{name} cannot be imported ({type(error).__name__}: {line}); {command}"
  )


def _fitting_probability(tensorflow):
  """Returns the minor version for a TensorFlow's, None where any may do."""
  minor = _minor(tensorflow)
  return next(fitting for oldest, fitting in _PROBABILITY if minor >= oldest)


def _probability_command(fitting):
  version = f"=={_text(fitting)}.*" if fitting else ""
  return _pip(f"tensorflow-probability{version}")


def _keras_command(tensorflow):
  # It asks for `tensorflow`, whichever build is there.
  requirement = f"tf-keras=={_text(_minor(tensorflow))}.*"
  return _pip(requirement, options="--no-deps ")


def _pip(requirement, options=""):
  return f'pip install {options}"{requirement}"'


def _own_command():
  """Returns what installs this package with a TensorFlow for this Python."""
  tree = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
  is_source = os.path.exists(os.path.join(tree, "setup.py"))
  own, python = tree if is_source else "vae_graph", sys.version_info[:2]
  for oldest, newest, extra in _EXTRAS:
    if oldest <= python <= newest:
      return _pip(f"{own}[{extra}]")
  oldest, newest, extra = _EXTRAS[0]
  command = _pip(f"{own}[{extra}]")
  return f"with Python {_text(oldest)} to {_text(newest)}: {command}"


def _minor(version):
  """Returns the first two numbers of a version."""
  return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def _text(numbers):
  return ".".join(map(str, numbers))
