"""MNIST and Fashion-MNIST: 28 x 28 gray images in ten classes, as IDX files."""

import os
import typing
from typing import Dict, Optional, Tuple

import numpy as np

from vae_graph.data import dataset, download, idx, idx_names
from vae_graph.data.pixels import bad_data

_EMBEDDED_FOLDER = os.path.join(os.path.dirname(__file__), "mnist_10k")
_EMBEDDED_FILES = ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")
_EMBEDDED_TRAIN_COUNT = 9000


_FASHION_CLASSES = (
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
)


class _Source(typing.NamedTuple):
  """Where a data set comes from if the user does not say."""

  folder: str  # Below the cache folder.
  sha256: Dict[str, str]  # Of the files' content after decompression.
  mirrors: Tuple[str, ...]  # Each holds every file as <name>.gz.
  system_folders: Tuple[str, ...]  # Where the operating system may have it.
  class_names: Optional[Tuple[str, ...]]


_MNIST = _Source(
  folder="mnist",
  sha256={
    "train-images-idx3-ubyte": (
      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    "train-labels-idx1-ubyte": (
      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    ),
    "t10k-images-idx3-ubyte": (
      "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    ),
    "t10k-labels-idx1-ubyte": (
      "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    ),
  },
  mirrors=(
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
  ),
  system_folders=(),
  class_names=None,
)

_FASHION_MNIST = _Source(
  folder="fashion_mnist",
  sha256={
    "train-images-idx3-ubyte": (
      "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
    ),
    "train-labels-idx1-ubyte": (
      "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
    ),
    "t10k-images-idx3-ubyte": (
      "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
    ),
    "t10k-labels-idx1-ubyte": (
      "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
    ),
  },
  mirrors=(
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master"
    "/data/fashion/",
  ),
  # Debian and Ubuntu: apt-get install dataset-fashion-mnist.
  system_folders=("/usr/share/datasets/fashion-mnist",),
  class_names=_FASHION_CLASSES,
)


def load_mnist_10k(config):
  """Loads the digits that come with the package; see mnist_10k/README.md.

  Args:
    config: a `DataConfig`.

  Returns:
    A `Dataset` of 9,000 and 1,000 images, uint8 `[n, 28, 28]`.
  """
  del config  # Part of the signature of data sets.
  everything = _read_split(
    *(os.path.join(_EMBEDDED_FOLDER, name) for name in _EMBEDDED_FILES)
  )
  return dataset.Dataset(
    train=dataset.take(everything, slice(None, _EMBEDDED_TRAIN_COUNT)),
    test=dataset.take(everything, slice(_EMBEDDED_TRAIN_COUNT, None)),
  )


def load_mnist(config):
  """Loads MNIST.

  The four files, with or without `.gz`, are taken from `config.data_dir`, where
  they may be cut or altered, or those of its kin (see idx_names.py); else from
  the cache, else from the network.

  Args:
    config: a `DataConfig`.

  Returns:
    A `Dataset` of 60,000 and 10,000 images, uint8 `[n, 28, 28]`, or as in
    `data_dir`.

  Raises:
    DataError: a file is missing or damaged.
    DownloadError: no mirror delivered a file.
  """
  return _load(_MNIST, config)


def load_fashion_mnist(config):
  """Loads Fashion-MNIST, as `load_mnist` does.

  Before the network, Debian's package dataset-fashion-mnist is looked for.

  Args:
    config: a `DataConfig`.

  Returns:
    A `Dataset` of 60,000 and 10,000 images, uint8 `[n, 28, 28]`, or as in
    `data_dir`.

  Raises:
    DataError: a file is missing or damaged.
    DownloadError: no mirror delivered a file.
  """
  return _load(_FASHION_MNIST, config)


def _load(source, config):
  paths = _locate(source, config)
  train, test = (
    _read_split(*(paths[name] for name in names))
    for names in (idx_names.TRAIN_FILES, idx_names.TEST_FILES)
  )
  names = source.class_names
  labels = np.concatenate([train.labels, test.labels])
  if names and labels.max(initial=0) >= len(names):
    names = None  # Files in data_dir may be of other classes.
  return dataset.Dataset(train=train, test=test, class_names=names)


def _locate(source, config):
  """Returns a dict from `idx_names.FILES` to paths; downloads if need be."""
  if config.data_dir:
    paths, missing = idx_names.find_files(config.data_dir)
    if missing:
      raise download.missing_files(
        config.data_dir, f"{', '.join(missing)}, with or without .gz"
      )
    return paths
  cache = os.path.join(download.cache_folder(config), source.folder)
  for folder in (cache, *source.system_folders):
    paths, missing = idx_names.find_files(folder)
    if not missing:
      return paths
  paths, missing = idx_names.find_files(cache)
  for name in missing:
    paths[name] = os.path.join(cache, f"{name}.gz")
    urls = [f"{mirror}{name}.gz" for mirror in source.mirrors]
    download.download(urls, source.sha256[name], path=paths[name])
  return paths


def _read_split(images_path, labels_path):
  images = idx.read_images(images_path)
  labels = idx.read_labels(labels_path)
  if len(labels) != len(images):
    raise bad_data(
      labels_path,
      f"{len(labels)} labels",
      f"{len(images)}, one for each image in {images_path}",
      "use files that belong together",
    )
  return dataset.Split(images=images, labels=labels)
