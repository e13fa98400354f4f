"""How a checkpoint comes into a folder, and how it goes.

It is made in a folder of its own and moved into place, the index last, so that
it is there as a whole or not at all, whenever the process is killed.
"""

import itertools
import json
import os

from vae_graph.files import abandoned_writes, write_atomically
from vae_graph.runs.checkpoint_files import (
  DAMAGED,
  INDEX,
  LIST_NAME,
  STATE,
  list_files,
  names,
  split,
  steps,
)

_SAVING = ".saving"


def begin(prefix):
  """Makes the folder in which a checkpoint is made.

  Args:
    prefix: path of the checkpoints without the step. Its folder is there: where
      it has gone, nothing is to be saved.

  Returns:
    The prefix of the checkpoint there.
  """
  folder, name = split(prefix)
  saving = os.path.join(folder, _SAVING)
  if not os.path.isdir(saving):
    os.mkdir(saving)
  return os.path.join(saving, name)


def write_new(path, content):
  """Writes bytes to a file of a checkpoint in the making."""
  with open(path, "wb") as file:
    file.write(content)


def write_state(path, state):
  """Writes what training goes on from besides variables.

  Args:
    path: of the checkpoint, without `.index`.
    state: dict of what `json` knows; infinity and NaN survive, too.
  """
  write_new(path + STATE, json.dumps(state).encode())


def commit(prefix):
  """Moves a checkpoint that was made into its place, the index last.

  Args:
    prefix: as in `begin`.
  """
  folder, _ = split(prefix)
  made = _made(prefix)
  for path in made:
    _sync(path)
  for path in sorted(made, key=lambda path: (path.endswith(INDEX), path)):
    if path.endswith(INDEX):
      _sync(folder)
    os.replace(path, os.path.join(folder, os.path.basename(path)))
  _sync(folder)
  _remove_if_empty(os.path.join(folder, _SAVING))


def recover(prefix):
  """Ends what a killed or failed save began: completes it, or clears it away.

  Args:
    prefix: as in `begin`.
  """
  folder, _ = split(prefix)
  for path in abandoned_writes(os.path.join(folder, LIST_NAME)):
    os.remove(path)
  made = _made(prefix)
  has_index = any(path.endswith(INDEX) for path in made)
  # The data are moved first, once all has proved to be whole.
  if has_index and not any(".data-" in os.path.basename(path) for path in made):
    commit(prefix)
    return
  for path in made:
    os.remove(path)
  _remove_if_empty(os.path.join(folder, _SAVING))


def remove_old(prefix, step, *, max_to_keep, is_needed=lambda step: False):
  """Removes old checkpoints, and lists the others in the file `checkpoint`.

  Args:
    prefix: as in `begin`.
    step: of the checkpoint to keep in any case, the last one saved.
    max_to_keep: how many to keep, with that one; of the others, the latest.
    is_needed: function that tells of a step whether it is one of those of which
      the latest is kept besides, if it is not among them.
  """
  there = list_files(prefix)
  others = [other for other in there if other != step]
  old = others[: max(0, len(others) - (max_to_keep - 1))]
  latest = max((each for each in there if is_needed(each)), default=None)
  old = [each for each in old if each != latest]
  listed = [other for other in steps(prefix) if other not in [*old, step]]
  write_list(prefix, [*listed, step])
  for each in old:
    _remove(there[each])


def remove_after(prefix, step):
  """Removes the checkpoints after a step, the last ones first.

  Args:
    prefix: as in `begin`.
    step: of the checkpoint that is then the latest.
  """
  there = list_files(prefix)
  write_list(prefix, [each for each in steps(prefix) if each <= step])
  for each in reversed(list(there)):
    if each > step:
      _remove(there[each])


def write_list(prefix, listed):
  """Writes the small file `checkpoint`, unless it says the same already.

  Args:
    prefix: as in `begin`.
    listed: steps, that of the latest checkpoint last. Where there are none,
      nothing is written.
  """
  if not listed:
    return
  folder, name = split(prefix)
  # Relative paths, so that a run can be moved.
  lines = [f'model_checkpoint_path: "{name}-{listed[-1]}"']
  lines += [f'all_model_checkpoint_paths: "{name}-{step}"' for step in listed]
  content = "".join(line + "\n" for line in lines).encode()
  path = os.path.join(folder, LIST_NAME)
  if not _holds(path, content):
    write_atomically(path, content)


def set_aside(prefix, step):
  """Moves the files of a damaged checkpoint into a folder for such.

  Args:
    prefix: as in `begin`.
    step: its step.

  Returns:
    The folder.
  """
  folder = os.path.join(split(prefix)[0], DAMAGED)
  # Never over the files of an earlier one.
  for number in itertools.count(1):
    place = os.path.join(folder, f"step-{step}-{number}")
    if not os.path.exists(place):
      break
  os.makedirs(place)
  for path in list_files(prefix)[step]:
    os.replace(path, os.path.join(place, os.path.basename(path)))
  return place


def _remove(paths):
  """Removes the files of a checkpoint."""
  # The index first: what has none is no checkpoint.
  for path in sorted(paths, key=lambda path: not path.endswith(INDEX)):
    os.remove(path)


def _made(prefix):
  """Returns the files of a checkpoint in the making, TensorFlow's own too."""
  folder, name = split(prefix)
  saving = os.path.join(folder, _SAVING)
  return [
    os.path.join(saving, file)
    for file in sorted(names(saving))
    if file.startswith(name + "-")
  ]


def _holds(path, content):
  """Returns whether a file is there and has a content."""
  try:
    with open(path, "rb") as file:
      return file.read(len(content) + 1) == content
  except OSError:
    return False


def _remove_if_empty(folder):
  """Removes a folder, unless it holds what is not ours."""
  if os.path.isdir(folder) and not os.listdir(folder):
    os.rmdir(folder)


def _sync(path):
  """Has the system write a file, or the names in a folder, to the disk."""
  descriptor = os.open(path, os.O_RDONLY)
  try:
    os.fsync(descriptor)
  finally:
    os.close(descriptor)
