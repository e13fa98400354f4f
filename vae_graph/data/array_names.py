"""Which arrays of a file are images and labels, told from their names.

A single array, or the first of the names of `_IMAGES`, is images. A file with
splits has those of `_SPLITS`; a single split is all images. Upper case and
lower case count as equal.
"""

import logging

from vae_graph.data.array_files import list_arrays
from vae_graph.data.pixels import bad_data

_LOGGER = logging.getLogger(__name__)

_IMAGES = ("images", "arr_0", "x")
_LABELS = ("labels", "y")
_SPLITS = {
  "train": ("x_train", "train_images"),
  "train_labels": ("y_train", "train_labels"),
  "test": ("x_test", "test_images"),
  "test_labels": ("y_test", "test_labels"),
  # MedMNIST's, where there is no test split.
  "validation": ("val_images",),
  "validation_labels": ("val_labels",),
}
_CLASS_NAMES = ("class_names", "label_names")

IMAGES_EXPECTED = f"{', '.join(_IMAGES[:-1])} or {_IMAGES[-1]}, or a single one"
SPLITS_EXPECTED = (
  "x_train and, if at hand, x_test, y_train and y_test, the same as"
  f" train_images and so on, or {IMAGES_EXPECTED}"
)
_REMEDY = "rename them, or name them by --npz_keys=train=NAME,test=NAME"


def choose_images(shapes, path):
  """Returns the name of the array of images in a file without splits.

  Args:
    shapes: dict from the names of all arrays to their shapes.
    path: the file, for the error.

  Raises:
    DataError: there is none.
  """
  name = _find_images(shapes)
  if name is None:
    raise bad_data(
      path,
      list_arrays(shapes),
      IMAGES_EXPECTED,
      "write it by numpy.savez(file, images=images)",
    )
  return name


def choose_splits(shapes, path, *, names):
  """Returns which arrays of a file are which, and says which are left out.

  Args:
    shapes: dict from the names of all arrays to their shapes.
    path: the file, for messages.
    names: dict from roles to the names of `--npz_keys`.

  Returns:
    A dict to the names from `train` and, where there are, `train_labels`,
    `test`, `test_labels` and `class_names`.

  Raises:
    DataError: there are no images to train on, no array of a name that was
      given, or several that could be the same.
  """
  _check_named(shapes, path, names)
  chosen = _known_splits(shapes, path, names)
  chosen.update(names)
  chosen = {role: name for role, name in chosen.items() if name}
  _check_chosen(chosen, shapes, path)
  left_out = {
    name: shape for name, shape in shapes.items() if name not in chosen.values()
  }
  if left_out:
    _LOGGER.warning("%s: not read: %s", path, list_arrays(left_out))
  return chosen


def _check_named(shapes, path, names):
  """Raises a DataError if an array that was named is not there."""
  missing = [
    f"{role}={name}"
    for role, name in names.items()
    if name not in ("", *shapes)
  ]
  if missing:
    raise bad_data(
      path,
      f"no array for {', '.join(missing)} among {list_arrays(shapes)}",
      "one for each name of --npz_keys",
      "correct the name",
    )


def _check_chosen(chosen, shapes, path):
  """Raises a DataError if arrays lack others, or have two roles."""
  if "train" not in chosen:
    raise bad_data(path, list_arrays(shapes), SPLITS_EXPECTED, _REMEDY)
  if "test_labels" in chosen and "test" not in chosen:
    raise bad_data(
      path,
      f"{chosen['test_labels']} without test images among"
      f" {list_arrays(shapes)}",
      "labels beside their images",
      "name those by --npz_keys=test=NAME, or leave the labels out by"
      " --npz_keys=test_labels=",
    )
  roles = {}
  for role, name in chosen.items():
    other = roles.setdefault(name, role)
    if other != role:
      raise bad_data(
        path,
        f"the array {name} for both {other} and {role}",
        "one for each",
        "change --npz_keys",
      )


def _known_splits(shapes, path, names):
  """Returns the arrays whose roles are known by name, but for those named."""
  known = {
    role: _find(shapes, candidates, path)
    for role, candidates in _SPLITS.items()
    if role not in names
  }
  if not known.get("train") and "train" not in names:
    known.update(_unsplit(known, shapes, path, names))
  validation = known.pop("validation"), known.pop("validation_labels")
  if validation[0] and not known.get("test") and "test" not in names:
    known["test"] = validation[0]
    _LOGGER.warning("%s: %s is the test split", path, validation[0])
    if "test_labels" not in names:
      known["test_labels"] = validation[1]
  if "class_names" not in names:
    known["class_names"] = _find(shapes, _CLASS_NAMES, path)
  return {role: name for role, name in known.items() if name}


def _unsplit(known, shapes, path, names):
  """Returns what a file without training images has as all of its images.

  A single split is no test set: what is held out of it is.
  """
  unnamed = {
    name: shape for name, shape in shapes.items() if name not in names.values()
  }
  images = _find_images(unnamed)
  found, split = {"train": images}, "train"
  for other in ("test", "validation"):
    if images and images == known.get(other):
      split = other
      found.update({split: None, f"{split}_labels": None})
      _LOGGER.warning(
        "%s: %s is the only split, of which --test_fraction is held out",
        path,
        images,
      )
  if "train_labels" not in names:
    labels = known.get(f"{split}_labels") or _find(shapes, _LABELS, path)
    found["train_labels"] = labels
  return found


def _find_images(shapes):
  """Returns the array that is images by its name or by being alone, or None."""
  for candidate in _IMAGES:
    for name in shapes:
      if name.lower() == candidate:
        return name
  others = _CLASS_NAMES + _LABELS
  for role, candidates in _SPLITS.items():
    others += candidates if role.endswith("labels") else ()
  left = [name for name in shapes if name.lower() not in others]
  return left[0] if len(left) == 1 else None


def _find(shapes, candidates, path):
  """Returns the one array with one of the names, or None."""
  found = [name for name in shapes if name.lower() in candidates]
  if len(found) > 1:
    raise bad_data(
      path,
      f"{' and '.join(found)} among {list_arrays(shapes)}",
      "one of the two",
      _REMEDY,
    )
  return found[0] if found else None
