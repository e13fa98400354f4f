"""What every data source returns, and the checks that all of them share."""

import dataclasses
import typing
from typing import Optional, Tuple

import numpy as np

from vae_graph import errors, registry
from vae_graph.config import DataConfig

# The scale from bytes to [0, 1]. A product, not a quotient, because TensorFlow
# may rewrite a division by a constant, and a fed batch must equal the same one
# gathered in the graph, bit for bit.
PIXEL_SCALE = np.float32(1 / 255)

# Fixed for good and independent of the training seed, so that every run with
# the same settings sees the same binary images and the same test split.
_TRAIN_BINARIZATION_SEED = 1
_TEST_BINARIZATION_SEED = 2
_HOLD_OUT_SEED = 3

# Pixels binarized at a time; bounds the memory for random numbers to 8 MiB.
_BINARIZATION_PIXELS = 2**20


class Split(typing.NamedTuple):
  """Images with or without labels.

  images: uint8 in [0, 255] or float32 in [0, 1], `[n, height, width]` or
    `[n, height, width, channels]`.
  labels: int32 `[n]`, or None.
  """

  images: np.ndarray
  labels: Optional[np.ndarray]

  def first(self, count):
    """Returns the first `count` images, or all if there are fewer or None."""
    return Split(*[None if each is None else each[:count] for each in self])


@dataclasses.dataclass(frozen=True)
class Dataset:
  """A training and a test split of images of one shape and dtype.

  It unpacks into the two: `train, test = dataset`.

  class_names: what the labels stand for, the name of label i at place i; None
    where the numbers are all there is.
  """

  train: Split
  test: Split
  class_names: Optional[Tuple[str, ...]] = None

  def __iter__(self):
    """Yields the two splits."""
    return iter((self.train, self.test))

  @property
  def image_shape(self):
    """The shape of one image, `(height, width)` or with channels."""
    return self.train.images.shape[1:]


def load_dataset(config: DataConfig) -> Dataset:
  """Loads, checks and, if asked, binarizes the data set of a configuration.

  With `binarization="static"` every pixel is drawn once, see
  `static_binarization`. With `dynamic` the images stay gray here, because they
  are drawn in the graph each time that they are seen.

  Args:
    config: a `DataConfig`.

  Returns:
    A `Dataset`.

  Raises:
    ConfigError: a data set needs `data_dir`, or has no use for it.
    DataError: the data set is missing, damaged, empty, or not made of images.
  """
  source = registry.load(registry.DATASETS, config.dataset)
  name = f"data set {config.dataset}"
  name += f" ({config.data_dir})" if config.data_dir else ""
  try:
    dataset = check_dataset(source(config), name)
  except MemoryError as error:
    found = "more than fits into memory"
    raise bad_data(name, found, "less", "make it smaller") from error
  if config.binarization != "static":
    return dataset
  train, test = dataset
  return dataclasses.replace(
    dataset,
    train=train._replace(
      images=static_binarization(train.images, _TRAIN_BINARIZATION_SEED)
    ),
    test=test._replace(
      images=static_binarization(test.images, _TEST_BINARIZATION_SEED)
    ),
  )


def load_observed_dataset(config: DataConfig) -> Dataset:
  """Loads a data set as a model observes it, for evaluation and the like.

  Like `load_dataset`, but images with `binarization="dynamic"` are drawn too:
  once, as with `static`, so that two evaluations see the same ones.
  """
  if config.binarization == "dynamic":
    config = dataclasses.replace(config, binarization="static")
  return load_dataset(config)


def to_unit_interval(images):
  """Returns `images` as float32 in [0, 1], scaled if they are uint8."""
  if images.dtype == np.uint8:
    return images.astype(np.float32) * PIXEL_SCALE
  return images


def static_binarization(images, seed):
  """Draws each pixel once: white with probability gray, else black.

  This is close to, but is not, the binarized MNIST of Larochelle and Murray
  (2011), which is one fixed draw that was published as files.

  Args:
    images: uint8 in [0, 255] or float32 in [0, 1], of any shape `[n, ...]`.
    seed: integer that alone decides the draw; `RandomState` promises the same
      numbers in every release of NumPy.

  Returns:
    uint8 array of the same shape, of 0 and 255.
  """
  random = np.random.RandomState(seed)
  binary = np.empty(images.shape, np.uint8)
  step = max(1, _BINARIZATION_PIXELS // max(1, images[0].size))
  for start in range(0, len(images), step):
    chunk = slice(start, start + step)
    gray = to_unit_interval(images[chunk])
    binary[chunk] = (random.random_sample(gray.shape) < gray) * np.uint8(255)
  return binary


def hold_out(split, test_fraction, *, name, class_names=None):
  """Splits images that come without a test set, by a fixed permutation.

  Args:
    split: a `Split` as a source read it; it is checked first.
    test_fraction: share of the images to hold out, between 0 and 1.
    name: the file or data set, for error messages.
    class_names: of the `Dataset`.

  Returns:
    A `Dataset`. Both parts are in the permutation's order, so that the first
    images of sorted classes are not all of one class.

  Raises:
    DataError: the split is not usable, or too small to be divided so.
  """
  split = check_split(split, name)
  count = len(split.images)
  test_count = int(round(count * test_fraction))
  if not 0 < test_count < count:
    raise bad_data(
      name,
      f"{count} images, of which test_fraction={test_fraction} holds out"
      f" {test_count}",
      "at least 1 image for training and 1 for testing",
      "add images or change --test_fraction",
    )
  order = np.random.RandomState(_HOLD_OUT_SEED).permutation(count)
  return Dataset(
    train=take(split, order[test_count:]),
    test=take(split, order[:test_count]),
    class_names=class_names,
  )


def take(split, indices):
  """Returns the part of a `Split` at `indices`, a slice or an array `[n]`."""
  return Split(
    images=split.images[indices],
    labels=None if split.labels is None else split.labels[indices],
  )


def check_dataset(dataset, name):
  """Checks what a source returned, and brings it into the standard dtypes.

  Args:
    dataset: a `Dataset`.
    name: the file or data set, for error messages.

  Returns:
    The `Dataset` with `check_split` applied to both parts.

  Raises:
    DataError: a part is not usable, or the two do not fit together.
  """
  train = check_split(dataset.train, f"{name}, training split")
  test = check_split(dataset.test, f"{name}, test split")
  for what, in_train, in_test in (
    ("shape", train.images.shape[1:], test.images.shape[1:]),
    ("dtype", train.images.dtype, test.images.dtype),
  ):
    if in_train != in_test:
      raise bad_data(
        name,
        f"test images of {what} {in_test}",
        f"{in_train} as in the training images",
        f"bring both to one {what}",
      )
  names = _check_class_names(dataset.class_names, (train, test), name)
  return Dataset(train=train, test=test, class_names=names)


def check_split(split, name):
  """Checks images and labels, and brings them into the standard dtypes.

  Args:
    split: a `Split` of arrays; images are bool, uint8, or any float in [0, 1].
    name: the file or data set, for error messages.

  Returns:
    The `Split` with images as uint8 (bool becomes 0 and 255) or float32, and
    labels as int32 or None.

  Raises:
    DataError: it is empty, or of a wrong rank, dtype, range or length.
  """
  images = _check_images(np.asarray(split.images), name)
  labels = split.labels
  if labels is not None:
    labels = _check_labels(np.asarray(labels), len(images), name)
  return Split(images=images, labels=labels)


def _check_images(images, name):
  if images.ndim not in (3, 4):
    raise bad_data(
      name,
      f"images of shape {images.shape}",
      "[n, height, width] or [n, height, width, channels]",
      "reshape them",
    )
  if not images.size:
    raise bad_data(
      name,
      f"no pixels (images of shape {images.shape})",
      "at least 1 image of at least 1 pixel",
      "check how the data set was made",
    )
  if images.dtype == np.bool_:
    return images * np.uint8(255)
  if images.dtype == np.uint8:
    return images
  if not np.issubdtype(images.dtype, np.floating):
    raise bad_data(
      name,
      f"pixels of type {images.dtype}",
      "uint8 in [0, 255], bool, or floats in [0, 1]",
      "convert them",
    )
  with np.errstate(invalid="ignore"):  # Some releases warn of NaN; we raise.
    low, high = images.min(), images.max()
  if np.isnan(low):
    found = "pixels that are NaN"
  elif low < 0 or high > 1:
    found = f"pixels from {low} to {high}"
  else:
    return images.astype(np.float32, copy=False)
  raise bad_data(
    name,
    found,
    "finite floats in [0, 1]",
    "clean and scale them, or store uint8 in [0, 255]",
  )


def _check_labels(labels, count, name):
  if labels.shape != (count,):
    raise bad_data(
      name,
      f"labels of shape {labels.shape} for {count} images",
      f"({count},), one label for each image",
      "add the missing ones, or leave out all labels",
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


def _check_class_names(class_names, splits, name):
  if class_names is None:
    return None
  class_names = tuple(map(str, class_names))
  labels = [split.labels for split in splits if split.labels is not None]
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


def bad_data(where, found, expected, remedy):
  """Returns a `DataError` of one line with all that a user needs to know.

  Args:
    where: the file or data set.
    found: what it holds.
    expected: what it should hold.
    remedy: what to do.
  """
  return errors.DataError(
    f"{where}: found {found}, expected {expected}; {remedy}"
  )
