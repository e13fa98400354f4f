"""A folder that TensorFlow writes, whole or not at all."""

import contextlib
import os
import shutil
import uuid

from vae_graph.compat import tf
from vae_graph.inference.output_files import writing


@contextlib.contextmanager
def new_folder(path, flag):
  """Yields a temporary folder that becomes `path` if all goes well.

  Args:
    path: the folder to make, absolute; one that is there must be empty.
    flag: the flag that chose it.

  Raises:
    OutputError: it cannot be written.
  """
  parent, name = os.path.split(path)
  temporary = os.path.join(parent, f".{name}.{uuid.uuid4().hex}.tmp")
  with writing(path, flag):
    try:
      os.makedirs(temporary)
      yield temporary
      os.rename(temporary, path)
    except tf.errors.OpError as error:
      # How TensorFlow says that a disk is full.
      raise OSError(error.message.splitlines()[0]) from error
    finally:
      shutil.rmtree(temporary, ignore_errors=True)
