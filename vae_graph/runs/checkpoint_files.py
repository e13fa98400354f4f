"""Which checkpoints there are in a folder: found by the names of their files.

A checkpoint is the files `PREFIX-STEP` with these endings:

    .data-00000-of-00001   the variables
    .meta                  the graph
    .state.json            what training goes on from besides
    .index                 where each variable is; without it there is none

Beside them is the small file `checkpoint`, which is for TensorFlow to read. Its
older format has files PREFIX-STEP-00000-of-00001 in place of index and data.
"""

import os
import re

from vae_graph import files
from vae_graph.runs import json_files

INDEX = ".index"
STATE = ".state.json"
META = ".meta"
# Of several files; TensorFlow takes ? for any digit.
_PART = "-[0-9?]{5}-of-[0-9]{5}"
_FILE = re.compile(rf"(.+?)(\.index|\.meta|(?:\.data)?{_PART})", re.DOTALL)
_ENDINGS = rf"\.(?:index|meta|state\.json|data{_PART})"
# What tf.train.ExponentialMovingAverage adds to a variable's name, behind a /.
AVERAGE = "ExponentialMovingAverage"
LIST_NAME = "checkpoint"
DAMAGED = "damaged"
# Of the small files; far more than any has.
_MOST_BYTES = 2**24


def list_files(prefix):
  """Returns the files of all checkpoints, whole or not.

  Args:
    prefix: path of the checkpoints without the step.

  Returns:
    `{step: [path, ...]}`, in the order of steps.
  """
  folder, name = split(prefix)
  pattern = re.compile(re.escape(name) + r"-(0|[1-9][0-9]*)" + _ENDINGS)
  found = {}
  for file in sorted(names(folder)):
    match = pattern.fullmatch(file)
    if match:
      found.setdefault(int(match.group(1)), []).append(
        os.path.join(folder, file)
      )
  return {step: found[step] for step in sorted(found)}


def split_ending(file):
  """Returns the checkpoint of which a file is one, and the rest of its name.

  Args:
    file: name or path, such as `model.ckpt-7.index`; one that is of no
      checkpoint is returned with an empty rest. Any program's, so that it may
      be of the older format, and a state is no part of it.
  """
  match = _FILE.fullmatch(file)
  return match.groups() if match else (file, "")


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


def latest_first(prefix):
  """Returns the paths, without `.index`, of the checkpoints; newest first.

  Args:
    prefix: as in `list_files`.
  """
  return [f"{prefix}-{step}" for step in reversed(steps(prefix))]


def list_folder(folder):
  """Returns the same of a folder that may be another program's.

  Where there are several names, without the step, those count of which the file
  `checkpoint` speaks.
  """
  found = {}
  for file in names(folder):
    match = re.fullmatch(r"(.*?)(?:-([0-9]+))?" + re.escape(INDEX), file)
    if match:
      name, step = match.groups()
      found.setdefault(name, []).append((int(step or -1), file))
  listed = listed_name(folder)
  if listed:
    name = re.sub("-[0-9]+$", "", listed)
    found = {name: found[name]} if name in found else found
  every = sorted((each for name in found for each in found[name]), reverse=True)
  return [os.path.join(folder, file[: -len(INDEX)]) for _, file in every]


def listed_name(folder):
  """Returns the name of the checkpoint that `checkpoint` calls the latest.

  None where there is no such file.
  """
  path = os.path.join(folder, LIST_NAME)
  try:
    content = files.read_file(path, most_bytes=_MOST_BYTES)
  except OSError:
    return None
  text = content.decode("utf-8", errors="replace")
  listed = re.search('^model_checkpoint_path: "(.*)"', text, re.M)
  return os.path.basename(listed.group(1)) if listed else None


def remains(prefix):
  """Returns what lies there of checkpoints, in words; empty if nothing does.

  Args:
    prefix: as in `list_files`.
  """
  texts = []
  there = list_files(prefix)
  if there:
    texts.append(f"files of checkpoints (step {', '.join(map(str, there))})")
  folder, _ = split(prefix)
  damaged = os.path.join(folder, DAMAGED)
  if names(damaged):
    texts.append(f"damaged checkpoints (in {damaged})")
  if not texts and LIST_NAME in names(folder):
    texts.append(f"a list of checkpoints ({LIST_NAME})")
  return " and ".join(texts)


def has_state(path):
  """Returns whether a checkpoint, at a path without `.index`, has a state."""
  return os.path.exists(path + STATE)


def read_state(path):
  """Returns the state beside a checkpoint; {} where an older version saved it.

  Args:
    path: of the checkpoint, without `.index`.

  Raises:
    OSError: it cannot be read.
    ValueError: it is damaged.
  """
  try:
    content = files.read_file(path + STATE, most_bytes=_MOST_BYTES)
  except FileNotFoundError:
    return {}
  state = json_files.parse(content, parse_constant=float)
  if not isinstance(state, dict):
    raise ValueError(f"{path + STATE} holds no JSON object")
  return state


def split(prefix):
  """Returns the folder of checkpoints, and how their names begin."""
  folder, name = os.path.split(prefix)
  return folder or os.curdir, name


def names(folder):
  """Returns the names in a folder; none where there is no folder."""
  try:
    return os.listdir(folder)
  except (FileNotFoundError, NotADirectoryError):
    return []
  except OSError as error:
    raise json_files.unreadable(folder, error.strerror) from error
