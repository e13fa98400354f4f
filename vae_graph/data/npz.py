"""Images from a file of NumPy arrays, as written by `numpy.savez`."""

import numpy as np

from vae_graph import errors
from vae_graph.data import array_files, array_names, axes, dataset
from vae_graph.data.pixels import bad_data


def load_npz(config):
  """Loads the images and labels of a .npz file, or the images of a .npy file.

  What the arrays may be called stands in array_names.py. Without images to
  test on, `config.test_fraction` of the others is held out. Nothing in the file
  is executed: pickles are refused.

  Args:
    config: a `DataConfig` whose `data_dir` is the file; images
      `[n, height, width]` or `[n, height, width, channels]`, labels `[n]` or
      `[n, 1]`, names of classes strings `[classes]`.

  Returns:
    A `Dataset`.

  Raises:
    ConfigError: `data_dir` is empty.
    DataError: the file is missing, damaged or lacks an array.
  """
  path = config.data_dir
  if not path:
    raise errors.ConfigError(
      "data_dir must be a .npz file for dataset=npz, found nothing; set"
      " --data_dir=FILE.npz"
    )
  arrays = array_files.read_arrays(
    path,
    lambda shapes: array_names.choose_splits(
      shapes, path, names=config.array_names
    ),
    expected=array_names.SPLITS_EXPECTED,
  )
  class_names = _class_names(arrays.get("class_names"), path)
  train = axes.arrange(arrays.pop("train"), config.data_format, name=path)
  train = _split(train, arrays.get("train_labels"), "training", config)
  if "test" not in arrays:
    return dataset.hold_out(
      train, config.test_fraction, name=path, class_names=class_names
    )
  test = axes.put_channels_last(arrays.pop("test"), config.data_format)
  test = _split(test, arrays.get("test_labels"), "test", config)
  return dataset.Dataset(train=train, test=test, class_names=class_names)


def _split(images, labels, part, config):
  if labels is not None and labels.ndim == 2 and labels.shape[1] == 1:
    labels = labels[:, 0]
  split = dataset.Split(images=images, labels=labels)
  name = f"{config.data_dir}, {part} split"
  return dataset.check_split(split, name, white_level=config.white_level)


def _class_names(names, path):
  if names is None:
    return None
  if names.ndim != 1 or names.dtype.kind not in "SU":
    raise bad_data(
      path,
      f"class names of shape {names.shape} and type {names.dtype}",
      "strings [n], the name of label i at place i",
      "mend them, or leave them out",
    )
  if names.dtype.kind == "S":
    names = np.char.decode(names, "utf-8", "replace")
  return tuple(names.tolist())
