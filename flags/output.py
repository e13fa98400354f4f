"""The flag that says what to write."""

from absl import flags

import vae_graph
from vae_graph import errors

_OUTPUT = flags.DEFINE_string(
  "output",
  None,
  "What to write: the .npz file of codes, the folder of pictures, the JSON file"
  " of an evaluation, by default evaluation.json in the run's folder, or the"
  " HTML file of a report, by default report.html in the first run's folder."
  " Folders are made.",
)


def path(wanted, default=None):
  """Returns the path to write to.

  Args:
    wanted: such as `a folder`, for the error.
    default: the path where the flag is missing, or None.

  Raises:
    ConfigError: the flag is missing, and there is no default; or it is no path
      of this machine.
  """
  found = _OUTPUT.value or default
  if not found:
    raise errors.ConfigError(f"--output is missing; name {wanted} to write")
  return vae_graph.local_path(found, "output")
