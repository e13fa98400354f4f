"""Which files of a folder are the images and labels of MNIST and its kin.

    train-images-idx3-ubyte.gz                  MNIST, Fashion-MNIST, KMNIST
    train-images.idx3-ubyte                     Kaggle's copies
    emnist-letters-train-images-idx3-ubyte.gz   EMNIST
    qmnist-train-labels-idx2-int.gz             QMNIST

The test split is `t10k` or `test`.
"""

import os
import re

from vae_graph.data.pixels import bad_data

TRAIN_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST_FILES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
FILES = TRAIN_FILES + TEST_FILES

_NAME = re.compile(
  r"(?P<set>.*-)?(?P<part>train|t10k|test)-(?P<kind>images|labels)"
  r"(?P<dot>[-.])idx[123]-(ubyte|int)(?P<gz>\.gz)?",
  re.IGNORECASE,
)


def find_files(folder):
  """Finds the four files of a data set.

  A file that is there twice, as it is and compressed, is taken as it is. Of
  several whole data sets, the one whose names begin with nothing is taken.

  Args:
    folder: where they are.

  Returns:
    A dict from those of `FILES` that are there to their paths; and what would
    have to be added, a list of names.

  Raises:
    DataError: there are the files of several data sets, all with a NAME.
  """
  sets = {}
  for path, found in sorted(_list(folder), key=lambda pair: _rank(pair[1])):
    paths = sets.setdefault((found["set"] or "").lower(), {})
    paths.setdefault(_standard_name(found), path)
  whole = [name for name in sets if len(sets[name]) == len(FILES)]
  if "" in whole:
    whole = [""]
  if len(whole) > 1:
    raise bad_data(
      folder,
      "the files of " + " and ".join(name + "train-..." for name in whole),
      "those of one data set",
      "put its four files into a folder of their own",
    )
  fullest = max(
    whole or sorted(sets), key=lambda name: len(sets[name]), default=""
  )
  paths = sets.get(fullest, {})
  return paths, [fullest + name for name in FILES if name not in paths]


def _list(folder):
  """Yields the paths of files with such names, and their matches."""
  try:
    names = os.listdir(folder)
  except OSError:
    return
  for name in names:
    found = _NAME.fullmatch(name)
    path = os.path.join(folder, name)
    if found and os.path.isdir(path):
      # As archives of a single file are unpacked.
      path = os.path.join(path, name)
    if found and os.path.isfile(path):
      yield path, found


def _rank(found):
  return bool(found["gz"]), found["dot"] == ".", found.string


def _standard_name(found):
  is_train = found["part"].lower() == "train"
  images, labels = TRAIN_FILES if is_train else TEST_FILES
  return images if found["kind"].lower() == "images" else labels
