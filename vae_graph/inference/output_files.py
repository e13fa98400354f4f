"""Output files that a user asked for, with errors of one line."""

import contextlib
import errno
import io
import os

import numpy as np

from vae_graph import errors, files
from vae_graph.paths import LocalPath


@contextlib.contextmanager
def writing(path, flag="--output"):
  """Names the file where one cannot be written.

  Args:
    path: what is written in the `with` block.
    flag: the flag that chose it.

  Raises:
    OutputError: the block raised an OSError.
  """
  try:
    yield
  except OSError as error:
    raise errors.OutputError(
      f"{path} cannot be written ({error.strerror or error}); mend that or"
      f" choose another {flag}"
    ) from error


def try_output(
  path: LocalPath, *, is_folder: bool = False, flag: str = "--output"
) -> None:
  """Tries whether an output can be written, before the work that makes it.

  Nothing is left where it is tried.

  Args:
    path: the file, or the folder of files.
    is_folder: whether it is a folder.
    flag: the flag that chose it.

  Raises:
    OutputError: it cannot be written.
  """
  with writing(path, flag):
    files.try_folder(path if is_folder else os.path.dirname(path))
    if not is_folder and os.path.isdir(path):
      raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def write_npz(path, arrays):
  """Writes arrays as a .npz file, atomically; the same ones, the same bytes.

  Args:
    path: the file; its folder is made if it is missing.
    arrays: dict of arrays and of what `numpy.asarray` takes. None is left out.

  Raises:
    OutputError: it cannot be written.
  """
  content = io.BytesIO()
  arrays = {name: each for name, each in arrays.items() if each is not None}
  np.savez(content, **arrays)
  with writing(path):
    files.write_atomically(path, content.getvalue())
