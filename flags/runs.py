"""The flag that names a run."""

from absl import flags

import vae_graph
from vae_graph import errors

_LOGDIR = flags.DEFINE_multi_string(
  "logdir",
  [],
  "Folder of the run. Training makes it, or goes on with the run that is"
  " there. A report compares the runs of several of these flags; elsewhere the"
  " last one counts",
)


def logdir(wanted="the folder of a run"):
  """Returns the folder of the run.

  Args:
    wanted: what to name, for the error.

  Raises:
    ConfigError: the flag is missing, or is no path of this machine.
  """
  return logdirs(wanted)[-1]


def logdirs(wanted="the folder of a run"):
  """Returns the folders of all runs that were named; see `logdir`."""
  folders = _LOGDIR.value
  if isinstance(folders, str):
    # A program that sets the flag itself, not by a command line.
    folders = [folders]
  if not folders or not all(folders):
    raise errors.ConfigError(f"--logdir is missing; name {wanted}")
  return [vae_graph.local_path(folder, "logdir") for folder in folders]
