"""Writing files so that a reader never sees half of one."""

import os
import uuid


def write_atomically(path, content):
  """Writes a file under a temporary name, then renames it into place.

  Whoever reads `path` meanwhile, or after a crash, finds the old content or the
  new one, never a part. The folder is made if it is missing.

  Args:
    path: the file to write or replace.
    content: bytes, or text that is written as UTF-8.

  Raises:
    OSError: it cannot be written; a file already there is left as it was.
  """
  if isinstance(content, str):
    content = content.encode("utf-8")
  folder, name = os.path.split(os.fspath(path))
  if folder:
    os.makedirs(folder, exist_ok=True)
  # Not tempfile: its files are unreadable for others, and a run directory is
  # often read by a TensorBoard of another user.
  temporary = os.path.join(folder, f".{name}.{uuid.uuid4().hex}.tmp")
  try:
    with open(temporary, "xb") as file:
      file.write(content)
      file.flush()
      os.fsync(file.fileno())
    os.replace(temporary, path)
  except BaseException:
    if os.path.exists(temporary):
      os.remove(temporary)
    raise
