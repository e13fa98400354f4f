"""Images from a folder of PNG and JPEG files, one subfolder per class."""

import os

import numpy as np

from vae_graph import errors
from vae_graph.data import dataset, image_files

_EXTENSIONS = (".png", ".jpg", ".jpeg")


def load_image_folder(config):
  """Loads the PNG and JPEG images under `config.data_dir`.

  Subfolders are classes, see `number_classes`; without subfolders there are no
  labels. Files with other extensions and hidden files
  are ignored. `config.test_fraction` of the images is held out.

  Args:
    config: a `DataConfig`.

  Returns:
    A `Dataset`, uint8 `[n, height, width]` for gray images and
    `[n, height, width, 3]` for color images; float32 in [0, 1] if a file has 16
    bits a channel.

  Raises:
    ConfigError: `data_dir` is empty.
    DataError: a folder holds no image, a file is damaged, has transparency, or
      differs from the first one in size or in number of channels.
  """
  if not config.data_dir:
    raise errors.ConfigError(
      "data_dir must be a folder for dataset=images, found nothing; set"
      " --data_dir=FOLDER"
    )
  paths, labels, class_names = list_images(config.data_dir)
  split = dataset.Split(images=_decode(paths), labels=labels)
  return dataset.hold_out(
    split,
    config.test_fraction,
    name=config.data_dir,
    class_names=class_names,
  )


def list_images(root):
  """Lists the PNG and JPEG files of a folder and its subfolders.

  Args:
    root: the folder; its subfolders are classes, see `load_image_folder`.

  Returns:
    Paths in a fixed order; labels int64 `[n]`, or None without subfolders; and
    the names of the classes, or None.

  Raises:
    DataError: there are no images, or both images and subfolders.
  """
  files, classes = _list_folder(root)
  if not classes:
    return files, None, None
  if files:
    raise dataset.bad_data(
      root,
      f"images such as {files[0]} beside subfolders such as {classes[0]}",
      "either images, or one subfolder of images per class",
      "move the images into subfolders, or the subfolders elsewhere",
    )
  numbers, class_names = number_classes(map(os.path.basename, classes))
  paths, labels = [], []
  for label, folder in zip(numbers, classes):
    files, nested = _list_folder(folder)
    if nested:
      raise dataset.bad_data(
        nested[0],
        "a folder inside the folder of a class",
        "images only",
        "move its images up, or the folder elsewhere",
      )
    paths += files
    labels += [label] * len(files)
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
  """Returns the sorted paths of the images and of the subfolders."""
  try:
    names = sorted(os.listdir(folder))
  except OSError as error:
    raise dataset.bad_data(
      folder,
      f"no readable folder ({error.strerror})",
      "a folder of PNG and JPEG images",
      "correct its name",
    ) from error
  paths = [os.path.join(folder, name) for name in names if name[0] != "."]
  folders = [path for path in paths if os.path.isdir(path)]
  images = [
    path
    for path in paths
    if path.lower().endswith(_EXTENSIONS) and path not in folders
  ]
  if not images and not folders:
    raise dataset.bad_data(
      folder,
      f"no image among {len(paths)} files",
      f"files that end in {', '.join(_EXTENSIONS)}",
      "add images, or correct its name",
    )
  return images, folders


def _decode(paths):
  """Returns the images in the files, `[n, height, width(, 3)]`."""
  images = image_files.stack(_decode_alike(paths), len(paths))
  return images[..., 0] if images.shape[-1] == 1 else images


def _decode_alike(paths):
  """Yields the images in the files, which all have the shape of the first."""
  shape = None
  for path, image in zip(paths, image_files.decode_files(paths)):
    shape = shape or image.shape
    _check_shape(path, image.shape, paths[0], shape)
    yield image


def _check_shape(path, shape, first_path, first_shape):
  if shape != first_shape:
    raise dataset.bad_data(
      path,
      image_files.describe(shape),
      f"{image_files.describe(first_shape)} as in {first_path}",
      "bring all images to one size and color mode",
    )
  image_files.check_channels(path, shape)
