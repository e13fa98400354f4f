"""What every data source returns, and the checks that all of them share."""

import dataclasses
import logging
import typing
from typing import Iterator, Optional, Tuple

import numpy as np

from vae_graph import registry
from vae_graph.config import DataConfig
from vae_graph.data import axes
from vae_graph.data.labels import check_class_names, check_labels
from vae_graph.data.pixels import bad_data, to_standard, to_unit_interval

_LOGGER = logging.getLogger(__name__)

# Fixed for good and independent of the training seed, so that every run with
# the same settings sees the same binary images and the same test split.
_TRAIN_BINARIZATION_SEED = 1
_TEST_BINARIZATION_SEED = 2
_HOLD_OUT_SEED = 3

# Of white's level; whose brightest pixel has less, are nearly black.
_DARK = 1 / 16

# Pixels binarized at a time; bounds the memory for random numbers to 8 MiB.
_BINARIZATION_PIXELS = 2**20


class Split(typing.NamedTuple):
  """Images with or without labels.

  images: uint8 in [0, 255] or float32 in [0, 1], `[n, height, width]` or
    `[n, height, width, channels]`.
  labels: int32 `[n]`, or None.
  """

  images: np.ndarray
  labels: Optional[np.ndarray] = None

  def first(self, count):
    """Returns the first `count` images, or all if there are fewer or None."""
    return Split(*[None if each is None else each[:count] for each in self])


@dataclasses.dataclass(frozen=True)
class Dataset:
  """A training and a test split of images of one shape and dtype.

  It unpacks into the two: `train, test = dataset`.

  class_names: what the labels stand for, the name of label i at place i; None
    where the numbers are all there is.
  channels_last: whether images are `[n, height, width]` or with channels for
    sure; of others, a shape that looks like another order is refused.
  """

  train: Split
  test: Split
  class_names: Optional[Tuple[str, ...]] = None
  channels_last: bool = False

  def __iter__(self) -> Iterator[Split]:
    """Yields the two splits."""
    return iter((self.train, self.test))

  @property
  def image_shape(self):
    """The shape of one image, `(height, width)` or with channels."""
    return self.train.images.shape[1:]


def given_or_loaded(dataset, config):
  """Returns a `Dataset` that was given, checked; else that of a configuration.

  Args:
    dataset: a `Dataset`, or None.
    config: a `DataConfig`.

  Raises:
    ConfigError: as `load_dataset`.
    DataError: as `check_dataset` and `load_dataset`.
  """
  if dataset is None:
    return load_dataset(config)
  return check_dataset(dataset, "the data set given")


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
  knows_axes = registry.DATASETS[config.dataset].knows_axes
  data_format = "channels_last" if knows_axes else config.data_format
  try:
    dataset = check_dataset(source(config), name, data_format=data_format)
  except MemoryError as error:
    found = "more than fits into memory"
    raise bad_data(name, found, "less", "make it smaller") from error
  _remark_on_darkness(dataset.train.images, name)
  if config.transpose_images:
    dataset = dataclasses.replace(
      dataset,
      train=_transposed(dataset.train),
      test=_transposed(dataset.test),
    )
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


def _transposed(split):
  return split._replace(images=split.images.swapaxes(1, 2))


def _remark_on_darkness(images, name):
  """Remarks where white may be another level than the one it was taken for."""
  brightest = images.max() / (255 if images.dtype == np.uint8 else 1)
  if 0 < brightest < _DARK:
    _LOGGER.warning(
      "%s: the brightest pixel has %.2g of white's level, so all is nearly"
      " black; if it is white, scale the images, or set --white_level for"
      " integers of more than 8 bits, such as 4095 for 12",
      name,
      brightest,
    )


def load_observed_dataset(config: DataConfig) -> Dataset:
  """Loads a data set as a model observes it, for evaluation and the like.

  Like `load_dataset`, but images with `binarization="dynamic"` are drawn too:
  once, as with `static`, so that two evaluations see the same ones.
  """
  if config.binarization == "dynamic":
    config = dataclasses.replace(config, binarization="static")
  return load_dataset(config)


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


def check_type(dataset, name):
  """Checks that something is a `Dataset`; as `check_dataset`."""
  if not isinstance(dataset, Dataset):
    raise bad_data(
      name,
      f"an object of type {type(dataset).__name__}",
      "a vae_graph.Dataset",
      "make one of two vae_graph.Splits",
    )


def check_dataset(dataset, name, *, data_format="auto"):
  """Checks what a source returned, and brings it into the standard dtypes.

  Args:
    dataset: a `Dataset`.
    name: the file or data set, for error messages.
    data_format: where the channels are, see `axes.arrange`; `channels_last` of
      images whose axes are known to be in order.

  Returns:
    The `Dataset` with `check_split` applied to both parts, and channels last.
    Its arrays are those of `dataset` where they are standard already.

  Raises:
    DataError: a part is not usable, or the two do not fit together.
  """
  check_type(dataset, name)
  train, test = dataset
  if not dataset.channels_last and data_format != "channels_last":
    # Of the larger split, lest few images look like few channels.
    images = axes.arrange(
      np.asarray(train.images),
      data_format,
      name=name,
      declared_by="Dataset(..., channels_last=True)",
    )
    train = train._replace(images=images)
    images = axes.put_channels_last(np.asarray(test.images), data_format)
    test = test._replace(images=images)
  train = check_split(train, f"{name}, training split", white_level=None)
  test = check_split(test, f"{name}, test split", white_level=None)
  for what, in_train, in_test in (
    ("shape", train.images.shape[1:], test.images.shape[1:]),
    ("dtype", train.images.dtype, test.images.dtype),
  ):
    if in_train != in_test:
      is_last = train.images.shape[:-1] == test.images.shape[:-1]
      raise bad_data(
        name,
        f"test images of {what} {in_test}",
        f"{in_train} as in the training images",
        axes.mend_counted_last(train.images.shape)
        if what == "shape" and is_last
        else f"bring both to one {what}",
      )
  names = check_class_names(
    dataset.class_names, (train.labels, test.labels), name=name
  )
  return Dataset(train, test, class_names=names, channels_last=True)


def check_split(split, name, *, white_level=0):
  """Checks images and labels, and brings them into the standard dtypes.

  Args:
    split: a `Split` of arrays, whose images may be of any type that
      `pixels.to_standard` takes.
    name: the file or data set, for error messages.
    white_level: see there.

  Returns:
    The `Split` with images as uint8 or float32, and labels as int32 or None.

  Raises:
    DataError: it is empty, or of a wrong rank, dtype, range or length.
  """
  images = _check_images(np.asarray(split.images), name, white_level)
  labels = split.labels
  if labels is not None:
    labels = check_labels(np.asarray(labels), images.shape, name=name)
  return Split(images=images, labels=labels)


def _check_images(images, name, white_level):
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
  return to_standard(images, name, white_level=white_level)
