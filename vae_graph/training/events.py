"""TensorBoard event files, written from Python values."""

import io

import numpy as np
from PIL import Image

from vae_graph.compat import tf

_BINS = 30


class EventWriter:
  """Writes scalars, histograms and plots for TensorBoard.

  A context manager; use one for a folder, such as that of `train` or `test`,
  since two that are opened in the same second would write to the same file.

  Args:
    folder: where the event files are.
  """

  def __init__(self, folder):
    self._folder = folder

  def __enter__(self):
    self._writer = tf.summary.FileWriter(self._folder)
    return self

  def __exit__(self, *exc_info):
    self._writer.close()

  def start(self, step):
    """Has TensorBoard hide what a killed run wrote after `step`."""
    start = tf.SessionLog(status=tf.SessionLog.START)
    # TensorBoard drops the events at and after the step that it is told.
    self._writer.add_session_log(start, global_step=step + 1)

  def graph(self, graph):
    """Writes a `tf.Graph`; of several, TensorBoard shows the last."""
    self._writer.add_graph(graph)
    self._writer.flush()

  def scalars(self, values, step):
    """Writes `{name: value}` at a step."""
    summary = tf.Summary()
    for name, value in values.items():
      summary.value.add(tag=name, simple_value=value)
    self._write(summary, step)

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
    self._write(summary, step)

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
    self._write(summary, step)

  def _write(self, summary, step):
    self._writer.add_summary(summary, step)
    self._writer.flush()
