"""The settings of a run: its `config.json`, and what may not change in it."""

import dataclasses
import functools
import json
import operator
from typing import NamedTuple, Tuple

from vae_graph import config as configs
from vae_graph import errors
from vae_graph.config.fields import unread_settings
from vae_graph.parts import Registry
from vae_graph.runs import json_files, run_data

# Of an image; TensorFlow cannot count that many.
_MOST_PIXELS = 2**31


class RunSettings(NamedTuple):
  """What is needed to rebuild the model of a run.

  config: the `ExperimentConfig`.
  image_shape: `(height, width)` or `(height, width, channels)`.
  """

  config: configs.ExperimentConfig
  image_shape: Tuple[int, ...]


def write(path, settings, *, versions, data):
  """Writes `config.json`.

  Args:
    path: the file.
    settings: the `RunSettings`.
    data: the `RunData`, which is left out without a fingerprint.
    versions: dict from a package's name to its version, for the record.

  Raises:
    RunDirectoryError: it cannot be written.
  """
  content = {
    "config": settings.config.to_dict(),
    "image_shape": settings.image_shape,
    "versions": versions,
  }
  if data.fingerprint is not None:
    content["data"] = data.to_dict()
  json_files.write_json(path, content)


def read(path):
  """Reads `config.json`; settings missing there have their defaults.

  So have those that the run's parts do not read, which an older version let
  pass. Without `data_format`, arrays were taken as they are.

  Args:
    path: the file.

  Returns:
    The `RunSettings`.

  Raises:
    RunDirectoryError: it is damaged, has settings that are unknown here, or
      names a part that is not registered.
  """
  content = json_files.read_json_object(path)
  values, image_shape = content.get("config"), content.get("image_shape")
  if not _is_dict_of_dicts(values):
    raise json_files.unreadable(path, "it lacks the settings, `config`")
  if not _is_image_shape(image_shape):
    raise json_files.unreadable(
      path, f"`image_shape` is {json.dumps(image_shape)}, expected 2 or 3 sizes"
    )
  unknown = _unknown_settings(values)
  if unknown:
    raise errors.RunDirectoryError(
      "{} has settings unknown here ({}), so a newer version of vae_graph wrote"
      " it; update vae_graph or choose another --logdir".format(
        path, ", ".join(unknown)
      )
    )
  _check_registered(path, values)
  values.setdefault("data", {}).setdefault("data_format", "channels_last")
  try:
    config = configs.ExperimentConfig.from_dict(_acting(values))
  except errors.ConfigError as error:
    raise json_files.unreadable(path, error) from error
  return RunSettings(config, tuple(image_shape))


def read_data(path):
  """Reads which data the run of a `config.json` is trained on.

  Args:
    path: the file.

  Returns:
    The `RunData`.

  Raises:
    RunDirectoryError: it is damaged.
  """
  content = json_files.read_json_object(path)
  return run_data.from_dict(path, content.get("data", {}))


def with_source(asked, there):
  """Returns settings with the source of a run's first weights, if they lack it.

  It was read at step 0 alone. Whoever goes on with the run need not know it.

  Args:
    asked: the `RunSettings` asked for.
    there: the `RunSettings` of the run.
  """
  training_config = asked.config.training
  if training_config.init_checkpoint:
    return asked
  source = there.config.training
  training_config = dataclasses.replace(
    training_config,
    init_checkpoint=source.init_checkpoint,
    init_scope=source.init_scope,
    init_map=source.init_map,
  )
  return asked._replace(
    config=dataclasses.replace(asked.config, training=training_config)
  )


def check_same(path, *, there, asked):
  """Checks that a run may be resumed with the settings asked for.

  Args:
    path: the run directory, for the error.
    there: the `RunSettings` of the run.
    asked: the `RunSettings` asked for.

  Raises:
    RunDirectoryError: settings differ that may not change; it lists them all.
  """
  different = _frozen_differences(there.config, asked.config)
  if there.image_shape != asked.image_shape:
    different.append(("image_shape", there.image_shape, asked.image_shape))
  if different:
    text = "; ".join(
      f"{name}: {_text(old)} there, {_text(new)} asked for"
      for name, old, new in different
    )
    hint = ""
    if any(name == "training.init_checkpoint" for name, _, _ in different):
      hint = ", which reads an init_checkpoint at step 0 alone"
    raise errors.RunDirectoryError(
      f"{path} holds a run with other settings ({text}); choose another"
      f" --logdir or the old settings{hint}"
    )


def _frozen_differences(there, asked):
  """Returns (name, there, asked) of settings that differ but may not."""
  different = []
  for part in dataclasses.fields(configs.ExperimentConfig):
    old_part, new_part = getattr(there, part.name), getattr(asked, part.name)
    for spec in dataclasses.fields(new_part):
      old, new = getattr(old_part, spec.name), getattr(new_part, spec.name)
      may_change = spec.metadata["may_change"]
      if callable(may_change):
        may_change = may_change(asked)
      if old != new and not may_change:
        different.append((f"{part.name}.{spec.name}", old, new))
  return different


def _text(value):
  """Returns a setting as a flag takes it: several numbers with commas."""
  if isinstance(value, tuple):
    return ",".join(str(item) for item in value) or "none"
  return str(value)


def _unknown_settings(values):
  """Returns the names, as in `model.code_size`, that no config has."""
  known = configs.ExperimentConfig().to_dict()
  unknown = [part for part in values if part not in known]
  for part in known:
    settings = values.get(part, {})
    unknown += [
      f"{part}.{name}" for name in settings if name not in known[part]
    ]
  return unknown


def _check_registered(path, values):
  """Raises where a choice is a part that this program does not know."""
  for config_class, settings in _parts(values):
    for spec in dataclasses.fields(config_class):
      family = spec.metadata["choices"]
      name = settings.get(spec.name, spec.default)
      # A name that is none is the configuration's to refuse.
      is_name = isinstance(name, str)
      if isinstance(family, Registry) and is_name and name not in family:
        raise errors.RunDirectoryError(
          f"{path} names {spec.name} {name!r}, which is not registered here,"
          f" only {', '.join(family)}; a program's own part is to be put into"
          " vae_graph.registry before a run with it is loaded"
        )


def _acting(values):
  """Returns the settings without those that the chosen parts do not read."""
  acting = {}
  for name, (config_class, settings) in zip(values, _parts(values)):
    unread = unread_settings(config_class, settings)
    acting[name] = {
      setting: value
      for setting, value in settings.items()
      if setting not in unread
    }
  return acting


def _parts(values):
  """Returns the (config class, settings) of each part of a configuration."""
  classes = {
    part.name: part.type
    for part in dataclasses.fields(configs.ExperimentConfig)
  }
  return [(classes[name], settings) for name, settings in values.items()]


def _is_dict_of_dicts(values):
  return isinstance(values, dict) and all(
    isinstance(part, dict) for part in values.values()
  )


def _is_image_shape(value):
  return (
    isinstance(value, list)
    and len(value) in (2, 3)
    and all(type(size) is int and size > 0 for size in value)
    and functools.reduce(operator.mul, value) < _MOST_PIXELS
  )
