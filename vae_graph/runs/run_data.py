"""Which data a run is trained on: a part of its `config.json`."""

import typing
from typing import Any, Dict, Optional, Tuple

from vae_graph import errors
from vae_graph.runs import json_files

_FIRST_EPOCH = "epoch_0_at_step"
_CLASS_NAMES = "class_names"
# So many digits tell data apart; all are in the file.
_DIGITS = 8


class RunData(typing.NamedTuple):
  """The data of a run, and how its epochs are counted.

  fingerprint: as of `data.fingerprint.dataset_fingerprint`; None of a run that
    an older version made.
  epoch_0_at_step: the global step at which epoch 0 would have begun, had all
    been on these data; 0 where all was.
  class_names: of their `Dataset`; None where the labels are all there is.
  """

  fingerprint: Optional[Dict[str, Any]] = None
  epoch_0_at_step: int = 0
  class_names: Optional[Tuple[str, ...]] = None

  def epoch(self, step, *, steps_per_epoch):
    """Returns the passes over training images up to a global step, a float."""
    return (step - self.epoch_0_at_step) / steps_per_epoch

  def last_step(self, training_config, num_images):
    """Returns the global step at which training ends.

    Args:
      training_config: a `TrainingConfig`.
      num_images: images in the train split.
    """
    last_step = training_config.last_step(num_images)
    if training_config.train_steps:
      return last_step
    return self.epoch_0_at_step + last_step

  def to_dict(self):
    """Returns it, with its fingerprint, as a dict of JSON types."""
    content = {**self.fingerprint, _FIRST_EPOCH: self.epoch_0_at_step}
    if self.class_names is not None:
      content[_CLASS_NAMES] = self.class_names
    return content


def from_dict(path, content):
  """Returns the `RunData` that `to_dict` turned into a part of a file.

  Args:
    path: the file, for the error.
    content: the part; an empty dict where there is none.

  Raises:
    RunDirectoryError: it is damaged.
  """
  if content == {}:
    return RunData()
  if not _is_well_formed(content):
    raise json_files.unreadable(path, "`data` is not what tells data apart")
  fingerprint = dict(content)
  class_names = fingerprint.pop(_CLASS_NAMES, None)
  return RunData(
    epoch_0_at_step=fingerprint.pop(_FIRST_EPOCH),
    fingerprint=fingerprint,
    class_names=None if class_names is None else tuple(class_names),
  )


def resumed(
  path, there, *, fingerprint, class_names, allow_other, step, batch_size
):
  """Returns the `RunData` with which a run goes on.

  With other data, the count of epochs goes on from where it is. The same data
  may bring new names of classes, or none, and then those of the run stay.

  Args:
    path: the run directory, for the error.
    there: the `RunData` of the run.
    fingerprint: of the data at hand; None leaves all as it is.
    class_names: of the data at hand, or None.
    allow_other: whether they may be others than the run's.
    step: the global step at which the run goes on.
    batch_size: images in a training step.

  Raises:
    RunDirectoryError: they are others, and may not.
  """
  if fingerprint is None:
    return there
  if there.fingerprint in (None, fingerprint):
    return there._replace(
      fingerprint=fingerprint, class_names=class_names or there.class_names
    )
  if not allow_other:
    raise errors.RunDirectoryError(
      f"{path} holds a run on other data ({_text(there.fingerprint)} there,"
      f" {_text(fingerprint)} found); bring those back or choose another"
      " --logdir; to go on with what is found, say --allow_other_data"
    )
  old_steps, new_steps = (
    max(1, each["train"]["images"] // batch_size)
    for each in (there.fingerprint, fingerprint)
  )
  epoch = there.epoch(step, steps_per_epoch=old_steps)
  return RunData(fingerprint, step - round(epoch * new_steps), class_names)


def _text(fingerprint):
  return " and ".join(
    "{:,} {} images of {} {}, hash {}".format(
      split["images"],
      name,
      ",".join(str(size) for size in split["shape"]),
      split["dtype"],
      split["hash"][:_DIGITS],
    )
    for name, split in fingerprint.items()
  )


def _is_well_formed(content):
  """Returns whether it is what `to_dict` returns."""
  needed = {"train", "test", _FIRST_EPOCH}
  if not isinstance(content, dict) or set(content) - {_CLASS_NAMES} != needed:
    return False
  names = content.get(_CLASS_NAMES, [])
  if not isinstance(names, list) or {*map(type, names)} - {str}:
    return False
  kinds = {"images": int, "shape": list, "dtype": str, "hash": str}
  splits = content["train"], content["test"]
  return type(content[_FIRST_EPOCH]) is int and all(
    isinstance(split, dict)
    and {name: type(value) for name, value in split.items()} == kinds
    and split["images"] > 0
    for split in splits
  )
