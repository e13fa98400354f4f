"""The errors that a user can cause and can mend.

Every one carries a single line that names the culprit (a file, flag or tensor),
what was found, what was expected and the way out; a `CheckpointMismatchError`
has a table below it. The binaries print that and exit with `exit_code`; what is
not a `VaeGraphError` is a bug.
"""


class VaeGraphError(Exception):
  """Base of all errors that this library raises on purpose."""

  exit_code = 1

  def __str__(self):
    """Returns the line, whatever names of files and the like are in it."""
    return " ".join(super().__str__().splitlines())


class ConfigError(VaeGraphError, ValueError):
  """A setting is out of bounds, or two settings contradict each other."""

  exit_code = 2


class DeviceError(ConfigError):
  """A setting asks for a device that TensorFlow does not see."""


class DependencyError(VaeGraphError, ImportError):
  """TensorFlow, or what goes with it, is missing or not supported.

  Whatever needs TensorFlow raises it when it is imported.
  """


class GraphModeError(VaeGraphError, RuntimeError):
  """A function that builds a graph was called with eager execution on."""


class ProcessError(VaeGraphError, RuntimeError):
  """What is of one process was used in another, or meant for it."""


class TensorError(VaeGraphError, ValueError):
  """A tensor or array is of another dtype or shape than an op takes."""


class UnsupportedError(VaeGraphError, NotImplementedError):
  """A part of a model was asked for what it does not have."""


class DataError(VaeGraphError, ValueError):
  """A data set is missing, damaged, empty or not what its settings say."""


class DownloadError(DataError):
  """No mirror delivered a file whose content has the expected SHA-256."""


class RunDirectoryError(VaeGraphError, RuntimeError):
  """A run directory is unwritable, damaged or holds another configuration."""


class OutputError(VaeGraphError, RuntimeError):
  """A file that was asked for cannot be written."""


class CheckpointError(VaeGraphError, ValueError):
  """A checkpoint is missing, damaged or does not fit the model."""


class UnreadableCheckpointError(CheckpointError):
  """A checkpoint is missing or damaged."""


class CheckpointMismatchError(CheckpointError):
  """A checkpoint is of another model.

  Args:
    line: the line.
    table: text, a line for each variable that does not fit.
  """

  def __init__(self, line, table):
    super().__init__(line)
    self.table = table

  def __str__(self):
    """Returns the line, with the table below it."""
    return f"{super().__str__()}\n{self.table}"


class NonFiniteError(VaeGraphError, ArithmeticError):
  """A loss or a variable became infinite or NaN while training."""


def either(names):
  """Returns names as the text of a choice: a, b or c."""
  *others, last = names
  return f"{', '.join(others)} or {last}" if others else last
