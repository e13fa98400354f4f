"""Labels of images, and the names of classes: their checks."""

import numpy as np

from vae_graph.data import axes
from vae_graph.data.pixels import bad_data


def check_labels(labels, shape, *, name):
  """Returns labels as int32.

  Args:
    labels: array, one for each image.
    shape: of the images.
    name: the file or data set, for error messages.

  Raises:
    DataError: they are no integers of 32 bits, or not so many.
  """
  count = shape[0]
  if labels.shape != (count,):
    raise bad_data(
      name,
      f"labels of shape {labels.shape} for {count} images",
      f"({count},), one label for each image",
      axes.mend_counted_last(shape)
      if labels.shape == shape[-1:]
      else "add the missing ones, or leave out all labels",
    )
  limits = np.iinfo(np.int32)
  if not np.issubdtype(labels.dtype, np.integer):
    found = f"labels of type {labels.dtype}"
  elif labels.min() < limits.min or labels.max() > limits.max:
    found = f"labels from {labels.min()} to {labels.max()}"
  else:
    return labels.astype(np.int32, copy=False)
  raise bad_data(
    name, found, "integers of 32 bits", "number the classes from 0"
  )


def check_class_names(class_names, labels, *, name):
  """Returns the names of classes as a tuple of strings, or None.

  Args:
    class_names: the name of label i at place i; or None.
    labels: sequence of arrays, or None in place of one.
    name: the file or data set, for error messages.

  Raises:
    DataError: a label has no name.
  """
  if class_names is None:
    return None
  class_names = tuple(map(str, class_names))
  labels = [each for each in labels if each is not None]
  if not labels:
    return None
  low, high = min(map(np.min, labels)), max(map(np.max, labels))
  if low >= 0 and high < len(class_names):
    return class_names
  raise bad_data(
    name,
    f"labels from {low} to {high}",
    f"0 to {len(class_names) - 1}, since there are {len(class_names)} class"
    " names",
    "name all classes, or none",
  )
