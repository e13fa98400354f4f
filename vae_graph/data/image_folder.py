"""Images from a folder of files, one subfolder per class."""

import itertools
import logging
import os

import numpy as np

from vae_graph import errors
from vae_graph.data import dataset, image_files
from vae_graph.data.pixels import bad_data

_LOGGER = logging.getLogger(__name__)

_EXTENSIONS = (
  ".png",
  ".jpg",
  ".jpeg",
  ".jpe",
  ".jfif",
  ".webp",
  ".bmp",
  ".tif",
  ".tiff",
  ".gif",
)
# What operating systems and archives add, beside names that begin with a dot.
_ADDED = ("__macosx", "@eadir", "thumbs.db", "desktop.ini")
# What folders of splits are called, which are no classes.
_SPLITS = ("train", "training", "test", "testing", "val", "valid", "validation")
# Of the files that are skipped, so many are named.
_MOST_NAMED = 5


def load_image_folder(config):
  """Loads the images under `config.data_dir`.

  Subfolders are classes, see `number_classes`; without subfolders there are no
  labels. Hidden files are ignored, and files without the extension of an image
  are skipped, which is said. `config.test_fraction` of the images is held out.

  Args:
    config: a `DataConfig`.

  Returns:
    A `Dataset`, uint8 `[n, height, width]` for gray images and
    `[n, height, width, 3]` for color images; float32 in [0, 1] if a file has
    more than 8 bits a channel.

  Raises:
    ConfigError: `data_dir` is empty, or `background` no color.
    DataError: a folder holds no image, a file is damaged or has transparency;
      or, without `resize`, differs from the first one in size or in number of
      channels.
  """
  if not config.data_dir:
    raise errors.ConfigError(
      "data_dir must be a folder for dataset=images, found nothing; set"
      " --data_dir=FOLDER"
    )
  paths, labels, class_names = list_images(config.data_dir)
  split = dataset.Split(images=_decode(paths, config), labels=labels)
  return dataset.hold_out(
    split,
    config.test_fraction,
    name=config.data_dir,
    class_names=class_names,
  )


def list_images(root):
  """Lists the image files of a folder and its subfolders.

  Args:
    root: the folder; its subfolders are classes, see `load_image_folder`.

  Returns:
    Paths in a fixed order; labels int64 `[n]`, or None without subfolders; and
    the names of the classes, or None.

  Raises:
    DataError: there are no images, or both images and subfolders.
  """
  files, classes, skipped = _list_folder(root)
  if not classes:
    _remark_on_skipped(root, skipped)
    return files, None, None
  if files:
    raise bad_data(
      root,
      f"images such as {files[0]} beside subfolders such as {classes[0]}",
      "either images, or one subfolder of images per class",
      "move the images into subfolders, or the subfolders elsewhere",
    )
  names = [os.path.basename(folder) for folder in classes]
  numbers, class_names = number_classes(names)
  paths, labels = [], []
  for label, folder in zip(numbers, classes):
    files, nested, others = _list_folder(folder)
    if nested:
      raise bad_data(
        nested[0],
        "a folder inside the folder of a class",
        f"images only, as {os.path.join(root, 'CLASS', 'IMAGE')}",
        "move its images up, or the folder elsewhere; if"
        f" {os.path.basename(folder)} is a split, set --data_dir to one, of"
        " which --test_fraction is held out",
      )
    paths += files
    labels += [label] * len(files)
    skipped += others
  _remark_on_skipped(root, skipped)
  if all(name.lower() in _SPLITS for name in names):
    _LOGGER.warning(
      "%s: the folders %s are taken for classes; if they are splits, set"
      " --data_dir to one, of which --test_fraction is held out",
      root,
      ", ".join(names),
    )
  return paths, np.array(labels), class_names


def number_classes(names):
  """Returns the labels that the names of classes stand for.

  Where all are different numbers of 32 bits, such as 3, 7 and 10, these are the
  labels. Otherwise all are numbered from 0, in the order of their names.

  Args:
    names: of the classes, in order.

  Returns:
    Their labels, and their names, or None where they are those numbers.
  """
  names = tuple(names)
  if all(name.isascii() and name.isdigit() for name in names):
    numbers = [int(name) for name in names]
    if len(set(numbers)) == len(numbers) and max(numbers) < 2**31:
      return numbers, None
  return range(len(names)), names


def _list_folder(folder):
  """Returns the sorted paths of images, of subfolders and of other files."""
  try:
    names = sorted(os.listdir(folder))
  except OSError as error:
    raise bad_data(
      folder,
      f"no readable folder ({error.strerror})",
      "a folder of images",
      "correct its name",
    ) from error
  paths = [os.path.join(folder, name) for name in names if _is_data(name)]
  folders = [path for path in paths if os.path.isdir(path)]
  files = [path for path in paths if not os.path.isdir(path)]
  images = [path for path in files if path.lower().endswith(_EXTENSIONS)]
  if not images and not folders:
    raise bad_data(
      folder,
      f"no image among {len(paths)} files",
      f"files that end in {', '.join(_EXTENSIONS)}",
      "add images, or correct its name",
    )
  others = [path for path in files if not path.lower().endswith(_EXTENSIONS)]
  return images, folders, others


def _is_data(name):
  return name[0] != "." and name.lower() not in _ADDED


def _remark_on_skipped(root, paths):
  if not paths:
    return
  named = [os.path.relpath(path, root) for path in paths[:_MOST_NAMED]]
  named += ["..."] if len(paths) > len(named) else []
  _LOGGER.warning(
    "%s: %s file%s skipped, which do%s not end in %s: %s",
    root,
    f"{len(paths):,}",
    "s"[: len(paths) > 1],
    "" if len(paths) > 1 else "es",
    ", ".join(_EXTENSIONS),
    ", ".join(named),
  )


def _decode(paths, config):
  """Returns the images in the files, `[n, height, width(, 3)]`."""
  images = image_files.decode_files(
    paths,
    config.resize_shape,
    background=config.background,
    white_level=config.white_level,
  )
  if not config.resize:
    images = _alike(paths, images)
  images = image_files.stack(images, len(paths))
  return images[..., 0] if images.shape[-1] == 1 else images


def _alike(paths, images):
  """Yields images, which all have the shape of the first."""
  first = next(images)
  for path, image in zip(paths, itertools.chain([first], images)):
    if image.shape != first.shape:
      raise bad_data(
        path,
        image_files.describe(image.shape),
        f"{image_files.describe(first.shape)} as in {paths[0]}",
        "bring all images to one size and color mode, or set --resize=HxW",
      )
    yield image
