"""What a run has on disk, without times: for runs that must not differ."""

import glob
import json
import os
from unittest import mock

import numpy as np

from vae_graph.compat import tf


def variables(logdir):
  """The variables of a folder's latest checkpoint, by name."""
  reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(logdir))
  names = reader.get_variable_to_shape_map()
  return {name: reader.get_tensor(name) for name in names}


def contents(folder):
  """The bytes of all files below a folder, `{path: bytes}`."""
  found = {}
  for place, _, names in os.walk(folder):
    for name in names:
      with open(os.path.join(place, name), "rb") as file:
        found[os.path.relpath(file.name, folder)] = file.read()
  return found


def shown_events(folder):
  """What TensorBoard shows of a folder, `{tag: [(step, value), ...]}`.

  It reads the files in the order of their names, and drops the events from the
  step of a SessionLog.START on.
  """
  shown = {}
  for path in sorted(glob.glob(os.path.join(folder, "events.*"))):
    for event in tf.train.summary_iterator(path):
      if event.session_log.status == tf.SessionLog.START:
        for tag, points in shown.items():
          shown[tag] = [point for point in points if point[0] < event.step]
      for value in event.summary.value:
        kind = value.WhichOneof("value")
        content = getattr(value, kind)
        if kind == "image":
          content = content.encoded_image_string
        elif kind == "histo":
          content = content.SerializeToString()
        shown.setdefault(value.tag, []).append((event.step, content))
  return shown


def records(logdir):
  """The records of metrics.jsonl, without times."""
  with open(os.path.join(logdir, "metrics.jsonl"), encoding="utf-8") as file:
    return [without_times(json.loads(line)) for line in file]


def read_json(path):
  """What a JSON file holds, without times; None where there is none."""
  if not os.path.exists(path):
    return None
  with open(path, encoding="utf-8") as file:
    return without_times(json.load(file))


def without_times(record):
  """A record without `images_per_second`."""
  return {k: v for k, v in record.items() if k != "images_per_second"}


def assert_same(test, expected, found):
  """Asserts that two runs are the same but for times."""
  assert_same_training(test, expected, found)
  for folder in ("events/train", "events/test"):
    one, other = (
      shown_events(os.path.join(logdir, folder)) for logdir in (expected, found)
    )
    for events in (one, other):
      events.pop("images_per_second", None)
    test.assertEqual(one, other)
  for path in glob.glob(os.path.join(expected, "plots", "**"), recursive=True):
    if path.endswith(".png"):
      with open(path, "rb") as file:
        picture = file.read()
      with open(path.replace(expected, found), "rb") as file:
        test.assertEqual(picture, file.read(), path)


def assert_same_training(test, expected, found):
  """Likewise, whatever has been drawn on the way."""
  for folder in ("", "best"):
    one, other = (
      variables(os.path.join(logdir, folder)) for logdir in (expected, found)
    )
    test.assertEqual(one.keys(), other.keys())
    for name, value in one.items():
      np.testing.assert_array_equal(value, other[name], name)
  test.assertEqual(records(expected), records(found))
  for name in ("best/metrics.json", "rollbacks.json"):
    one, other = (
      read_json(os.path.join(logdir, name)) for logdir in (expected, found)
    )
    test.assertEqual(one, other)


class Killed(BaseException):
  """The end of a process, which nothing catches."""


def is_killed(run, owner, name, *, call=1, after=False):
  """Ends a run before or after a call of a method; returns whether it came.

  Args:
    run: function without arguments.
    owner: the class of the method.
    name: of the method.
    call: which call of it, from 1.
    after: whether that call is still made.
  """
  original = getattr(owner, name)
  calls = []

  def method(*args, **kwargs):
    calls.append(None)
    if len(calls) == call and not after:
      raise Killed
    result = original(*args, **kwargs)
    if len(calls) == call:
      raise Killed
    return result

  with mock.patch.object(owner, name, method):
    try:
      run()
    except Killed:
      return True
  return False
