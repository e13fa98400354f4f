"""TensorBoard event files, written from Python values."""

import contextlib
import io
import logging
import os
import re
import socket
import time

import numpy as np
from PIL import Image

from vae_graph.compat import tf

_LOGGER = logging.getLogger(__name__)
_BINS = 30
_PREFIX = "events.out.tfevents."


class EventWriter:
  """Writes scalars, histograms and plots for TensorBoard.

  A context manager; use one for a folder, such as that of `train` or `test`.
  Its file is made when there is something to show.

  Events are no part of what training computes, so a disk that is full does not
  end it: one warning tells, and no more events are written.

  Args:
    folder: where the event files are; made if it is missing.
  """

  # Not tf.summary.FileWriter: a thread of its own meets the full disk, which
  # TensorFlow 1.15 hides, writing on behind half an event, and 2.21 tells by a
  # traceback.
  _writer = None

  def __init__(self, folder):
    self._folder = folder
    self._is_open = False
    self._start = None

  def __enter__(self):
    return self

  def __exit__(self, *exc_info):
    self._close()

  def start(self, step):
    """Has TensorBoard hide what a killed run wrote after `step`.

    It does so when there is something to show in its place.
    """
    self._start = step if self._start is None else min(step, self._start)

  def graph(self, graph):
    """Writes a `tf.Graph`; of several, TensorBoard shows the last."""
    graph_def = graph.as_graph_def(add_shapes=True)
    self._write(graph_def=graph_def.SerializeToString())

  def scalars(self, values, step):
    """Writes `{name: value}` at a step."""
    summary = tf.Summary()
    for name, value in values.items():
      summary.value.add(tag=name, simple_value=value)
    self._write(summary=summary, step=step)

  def histogram(self, name, values, *, step):
    """Writes the histogram of the finite ones among values, if any."""
    values = np.asarray(values, np.float64)
    values = values[np.isfinite(values)]
    if not values.size:
      return
    counts, edges = np.histogram(values, _BINS)
    histogram = tf.HistogramProto(
      min=edges[0],
      max=edges[-1],
      num=values.size,
      sum=values.sum(),
      sum_squares=np.square(values).sum(),
      bucket_limit=edges[1:],
      bucket=counts,
    )
    summary = tf.Summary()
    summary.value.add(tag=name, histo=histogram)
    self._write(summary=summary, step=step)

  def plots(self, paths, step):
    """Writes the PNG files `{name: path}` of plots at a step."""
    summary = tf.Summary()
    for name, path in paths.items():
      with open(path, "rb") as file:
        png = file.read()
      with Image.open(io.BytesIO(png)) as opened:
        width, height = opened.size
      image = tf.Summary.Image(
        encoded_image_string=png, width=width, height=height
      )
      summary.value.add(tag=name, image=image)
    self._write(summary=summary, step=step)

  def _write(self, **content):
    """Writes a `tf.Event`, unless an earlier one could not be written."""
    if not self._is_open:
      self._is_open = True
      with self._failing_once():
        self._writer = self._open()
      self._add(file_version="brain.Event:2")
    if self._start is not None:
      start = tf.SessionLog(status=tf.SessionLog.START)
      # TensorBoard drops the events at and after the step that it is told.
      self._add(session_log=start, step=self._start + 1)
      self._start = None
    self._add(**content)

  def _open(self):
    os.makedirs(self._folder, exist_ok=True)
    # As TensorFlow names them, but for the microseconds, by which two runs in a
    # second have two files.
    now = f"{_next_time(self._folder):017.6f}"
    name = f"{_PREFIX}{now}.{socket.gethostname()}"
    return tf.io.TFRecordWriter(os.path.join(self._folder, name))

  def _add(self, **content):
    if self._writer is None:
      return
    event = tf.Event(wall_time=time.time(), **content)
    with self._failing_once():
      self._writer.write(event.SerializeToString())
      self._writer.flush()

  @contextlib.contextmanager
  def _failing_once(self):
    """Ends all writing, with a warning, where the `with` block cannot write."""
    try:
      yield
    except (OSError, tf.errors.OpError) as error:
      _LOGGER.warning(
        "no more events for TensorBoard in %s, which cannot be written (%s);"
        " training goes on",
        self._folder,
        str(error).splitlines()[0],
      )
      self._close()

  def _close(self):
    writer, self._writer = self._writer, None
    # What is not on disk by now has been told.
    with contextlib.suppress(OSError, tf.errors.OpError):
      if writer is not None:
        writer.close()


def _next_time(folder):
  """Returns the time for a name behind those of all files in a folder.

  TensorBoard reads them in the order of names, and a clock may have been set
  back since the last one.
  """
  times = [
    re.match(re.escape(_PREFIX) + r"(\d{10}(\.\d{6})?)", name)
    for name in os.listdir(folder)
  ]
  latest = max((float(each.group(1)) for each in times if each), default=0.0)
  return max(time.time(), latest + 1.0)
