"""The files of a run's checkpoints: which there are, how they come and go.

A checkpoint is the files `PREFIX-STEP` with these endings:

    .data-00000-of-00001   the variables
    .meta                  the graph
    .state.json            what training goes on from besides; see `write_state`
    .index                 where each variable is; without it there is none

They are made in a folder of their own and moved into place, the index last, so
that a checkpoint is there as a whole or not at all. Beside them is the small
file `checkpoint`, which TensorFlow reads and we only write: what is there
follows from the names alone.
"""

import itertools
import json
import os
import re

from vae_graph.files import write_atomically

INDEX = ".index"
_STATE = ".state.json"
_ENDINGS = r"\.(?:index|meta|state\.json|data-[0-9]{5}-of-[0-9]{5})"
_LIST_NAME = "checkpoint"
_SAVING = ".saving"
_DAMAGED = "damaged"


def list_files(prefix):
  """Returns the files of all checkpoints, whole or not.

  Args:
    prefix: path of the checkpoints without the step.

  Returns:
    `{step: [path, ...]}`, in the order of steps.
  """
  folder, name = _split(prefix)
  pattern = re.compile(re.escape(name) + r"-(0|[1-9][0-9]*)" + _ENDINGS)
  found = {}
  for file in sorted(_names(folder)):
    match = pattern.fullmatch(file)
    if match:
      found.setdefault(int(match.group(1)), []).append(
        os.path.join(folder, file)
      )
  return {step: found[step] for step in sorted(found)}


def steps(prefix):
  """Returns the steps of the checkpoints, those that have an index, in order.

  Args:
    prefix: as in `list_files`.
  """
  return [
    step
    for step, paths in list_files(prefix).items()
    if any(path.endswith(INDEX) for path in paths)
  ]


def read_state(path):
  """Returns the state beside a checkpoint; {} where an older version saved it.

  Args:
    path: of the checkpoint, without `.index`.

  Raises:
    OSError: it cannot be read.
    ValueError: it is damaged.
  """
  try:
    with open(path + _STATE, encoding="utf-8") as file:
      state = json.load(file)
  except FileNotFoundError:
    return {}
  if not isinstance(state, dict):
    raise ValueError(f"{path + _STATE} holds no JSON object")
  return state


def write_state(path, state):
  """Writes what training goes on from, besides variables; see `read_state`.

  Args:
    path: of the checkpoint, without `.index`.
    state: dict of what `json` knows; infinity and NaN survive, too.
  """
  write_new(path + _STATE, json.dumps(state).encode())


def write_new(path, content):
  """Writes bytes to a file of a checkpoint in the making."""
  with open(path, "wb") as file:
    file.write(content)


def begin(prefix):
  """Makes the folder in which a checkpoint is made.

  Args:
    prefix: as in `list_files`. Its folder is there: where it has gone, nothing
      is to be saved.

  Returns:
    The prefix of the checkpoint there.
  """
  folder, name = _split(prefix)
  saving = os.path.join(folder, _SAVING)
  if not os.path.isdir(saving):
    os.mkdir(saving)
  return os.path.join(saving, name)


def commit(prefix):
  """Moves a checkpoint that was made into its place, the index last.

  Args:
    prefix: as in `list_files`.
  """
  folder, _ = _split(prefix)
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
    prefix: as in `list_files`.
  """
  made = _made(prefix)
  has_index = any(path.endswith(INDEX) for path in made)
  # The data are moved first, once all has proved to be whole.
  if has_index and not any(".data-" in path for path in made):
    commit(prefix)
    return
  for path in made:
    os.remove(path)
  _remove_if_empty(os.path.join(_split(prefix)[0], _SAVING))


def remove_old(prefix, step, *, max_to_keep):
  """Removes old checkpoints, and lists the others in the file `checkpoint`.

  Args:
    prefix: as in `list_files`.
    step: of the checkpoint to keep in any case, the last one saved.
    max_to_keep: how many to keep, with that one; of the others, the latest.
  """
  there = list_files(prefix)
  others = [other for other in there if other != step]
  old = others[: max(0, len(others) - (max_to_keep - 1))]
  write_list(prefix, [other for other in others if other not in old] + [step])
  for each in old:
    # The index first: what has none is no checkpoint.
    for path in sorted(there[each], key=lambda path: not path.endswith(INDEX)):
      os.remove(path)


def write_list(prefix, listed):
  """Writes the small file `checkpoint`, unless it says the same already.

  Args:
    prefix: as in `list_files`.
    listed: steps, that of the latest checkpoint last. Where there are none,
      nothing is written.
  """
  if not listed:
    return
  folder, name = _split(prefix)
  # Relative paths, so that a run can be moved.
  lines = [f'model_checkpoint_path: "{name}-{listed[-1]}"']
  lines += [f'all_model_checkpoint_paths: "{name}-{step}"' for step in listed]
  content = "".join(line + "\n" for line in lines).encode()
  path = os.path.join(folder, _LIST_NAME)
  if not _holds(path, content):
    write_atomically(path, content)


def set_aside(prefix, step):
  """Moves the files of a damaged checkpoint into a folder for such.

  Args:
    prefix: as in `list_files`.
    step: its step.

  Returns:
    The folder.
  """
  folder = os.path.join(_split(prefix)[0], _DAMAGED)
  # Never over the files of an earlier one.
  names = (f"step-{step}-{number}" for number in itertools.count(1))
  places = (os.path.join(folder, name) for name in names)
  place = next(place for place in places if not os.path.exists(place))
  os.makedirs(place)
  for path in list_files(prefix)[step]:
    os.replace(path, os.path.join(place, os.path.basename(path)))
  return place


def _split(prefix):
  """Returns the folder of checkpoints, and how their names begin."""
  folder, name = os.path.split(prefix)
  return folder or os.curdir, name


def _names(folder):
  """Returns the names in a folder; none where there is no folder."""
  try:
    return os.listdir(folder)
  except FileNotFoundError:
    return []


def _made(prefix):
  """Returns the files of a checkpoint in the making, TensorFlow's own too."""
  folder, name = _split(prefix)
  saving = os.path.join(folder, _SAVING)
  return [
    os.path.join(saving, file)
    for file in sorted(_names(saving))
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
