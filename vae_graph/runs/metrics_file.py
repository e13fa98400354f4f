"""The evaluations of a run: a file of JSON objects, one a line.

Each record has an integer `step`, and else numbers or null. A last line that a
crash left half-written does not count, and the next append removes it. Where a
step has several lines, the last one wins.
"""

import contextlib
import os

from vae_graph import errors, files
from vae_graph.runs import json_files

# Of a line; none comes near. A line without end is damage.
_MOST_BYTES = 2**24


def append(path, record):
  """Adds a record, and returns when it is on disk.

  Args:
    path: the file, made if it is missing.
    record: dict with an integer `step`; values as in `files.strict_json`, by
      which a NaN or infinity becomes null.

  Raises:
    ValueError: the record has no step.
    RunDirectoryError: the file cannot be written; it is as it was.
  """
  line = (files.strict_json(record) + "\n").encode()
  if _parse(line) is None:
    raise ValueError(f"metrics must have an integer step, found {record}")
  try:
    # Without a buffer, which would be written once more when it is closed.
    with open(path, "a+b", buffering=0) as file:
      _mend_last_line(file)
      _write_whole(file, line)
  except OSError as error:
    raise json_files.unwritable(path, error) from error


def read(path):
  """Returns the records, one for each step and in the order of steps.

  Args:
    path: the file; where it is missing there are no records.

  Raises:
    RunDirectoryError: it cannot be read, or a line within it is damaged.
  """
  records = {}
  try:
    with files.open_file(path) as file:
      for number, line in enumerate(_lines(file), 1):
        record = _parse(line)
        if record is not None and is_evaluation(record):
          records[record["step"]] = record
        elif line.strip() and not (record is None and _is_half(line)):
          raise errors.RunDirectoryError(
            f"{path} is damaged in line {number}, expected a JSON object with"
            " an integer step, and else numbers; remove that line"
          )
  except FileNotFoundError:
    return []
  except OSError as error:
    raise json_files.unreadable(path, error.strerror) from error
  return [records[step] for step in sorted(records)]


def is_evaluation(record):
  """Returns whether a dict is what training writes: a step, and numbers."""
  return json_files.is_count(record.get("step")) and all(
    value is None or json_files.is_number(value) for value in record.values()
  )


def drop_after(path, step):
  """Removes the records of all steps after `step`.

  Raises:
    RunDirectoryError: the file is damaged or cannot be written.
  """
  records = read(path)
  kept = [record for record in records if record["step"] <= step]
  if len(kept) == len(records):
    return
  lines = [files.strict_json(record) + "\n" for record in kept]
  json_files.write_text(path, "".join(lines))


def _parse(line):
  """Returns the record of a line, or None if the line is not a whole one."""
  try:
    record = json_files.parse(line)
  except ValueError:
    return None
  has_step = isinstance(record, dict) and type(record.get("step")) is int
  return record if has_step else None


def _is_half(line):
  return not line.endswith(b"\n") and len(line) < _MOST_BYTES


def _lines(file):
  """Yields the lines of a file with their ends, of a bounded length."""
  return iter(lambda: file.readline(_MOST_BYTES), b"")


def _write_whole(file, line):
  """Writes a line to disk, or nothing where the disk is full."""
  size = files.file_size(file)
  try:
    while line:
      line = line[file.write(line) :]
    os.fsync(file.fileno())
  except OSError:
    # Where not even that can be done, half a line does not count.
    with contextlib.suppress(OSError):
      file.truncate(size)
    raise


def _mend_last_line(file):
  """Ends a last line that lacks its end, or removes half of one."""
  file.seek(0)
  content = file.read()
  start = content.rfind(b"\n") + 1
  if start == len(content):
    return
  if _parse(content[start:]) is None:
    file.truncate(start)
  else:
    file.write(b"\n")
