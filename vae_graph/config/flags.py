"""absl flags from the configuration dataclasses.

model_config = define_flags(ModelConfig, prefix="vae_")
...
config = model_config()  # after the flags are parsed
"""

import dataclasses
from typing import Callable, Optional, Tuple, Type, TypeVar, get_type_hints

from absl import flags

from vae_graph import errors
from vae_graph.config.fields import Config, bounds_text, optional_kind, readers
from vae_graph.parts import Registry

# The flags count as defined by the module that calls define_flags.
flags.disclaim_key_flags()

_Config = TypeVar("_Config", bound=Config)


def define_flags(
  config_class: Type[_Config],
  prefix: str = "",
  *,
  flag_values: Optional[flags.FlagValues] = None,
) -> Callable[[], _Config]:
  """Registers one flag per setting of a configuration.

  Args:
    config_class: a `Config` class, such as `ModelConfig`.
    prefix: put before each flag's name, so that the flags of a program that
      embeds the library do not clash.
    flag_values: an `absl.flags.FlagValues`; by default `absl.flags.FLAGS`.

  Returns:
    A function without arguments that returns the validated configuration; call
    it after the flags are parsed. It raises ConfigError.

  Raises:
    absl.flags.DuplicateFlagError: a flag of that name exists.
  """
  flag_values = flags.FLAGS if flag_values is None else flag_values
  types, read_by = get_type_hints(config_class), readers(config_class)
  holders = {
    spec.name: _define_flag(
      prefix + spec.name,
      types[spec.name],
      spec,
      read_by.get(spec.name, {}),
      flag_values,
    )
    for spec in dataclasses.fields(config_class)
  }

  def config_from_flags():
    return config_class(
      **{name: holder.value for name, holder in holders.items()}
    )

  return config_from_flags


def _define_flag(name, kind, spec, read_by, flag_values):
  """Defines one flag; bounds are the configuration's to check."""
  bounds, choices = bounds_text(spec.metadata), spec.metadata["choices"]
  help_text = spec.metadata["help"]
  for field, names in read_by.items():
    help_text += f" Read by {field} {errors.either(names)}."
  if bounds:
    help_text += f" ({bounds})"
  kind = optional_kind(kind) or kind
  if isinstance(choices, Registry):
    return flags.DEFINE(
      _PartParser(choices),
      name,
      spec.default,
      help_text,
      flag_values,
      flags.ArgumentSerializer(),
    )
  if choices is not None:
    return flags.DEFINE_enum(
      name, spec.default, list(choices), help_text, flag_values=flag_values
    )
  if kind == Tuple[int, ...]:
    return flags.DEFINE(
      _IntegersParser(),
      name,
      spec.default,
      help_text,
      flag_values,
      flags.CsvListSerializer(","),
    )
  if kind == Tuple[str, ...]:
    define = flags.DEFINE_list
    if spec.metadata["repeated"]:
      define = flags.DEFINE_multi_string
    return define(name, spec.default, help_text, flag_values=flag_values)
  if spec.metadata["may_be_bare"]:
    flag = _BareFlag(name, spec.default, help_text)
    return flags.DEFINE_flag(flag, flag_values)
  define = {
    bool: flags.DEFINE_boolean,
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    str: flags.DEFINE_string,
  }[kind]
  return define(name, spec.default, help_text, flag_values=flag_values)


class _BareFlag(flags.Flag):
  """A flag of a text that may stand alone, then `true`."""

  def __init__(self, name, default, help_text):
    parser, serializer = flags.ArgumentParser(), flags.ArgumentSerializer()
    super().__init__(parser, serializer, name, default, help_text)
    self.boolean = True  # For absl not to wait for a value.

  def _parse(self, argument):
    return super()._parse("" if argument == "false" else argument)

  def serialize(self):
    return f"--{self.name}={self.value}" if self.value else ""


class _PartParser(flags.ArgumentParser):
  """Parses the name of a part, be it registered after the flag is defined.

  Args:
    family: a `parts.Registry`.
  """

  def __init__(self, family):
    self._family = family

  @property
  def syntactic_help(self):
    """A line of help: each name, and what it stands for."""
    texts = [
      f"{name}: {part.description}" if part.description else name
      for name, part in self._family.items()
    ]
    return ". ".join(texts)

  def parse(self, argument):
    if argument not in self._family:
      raise ValueError(f"value should be one of <{'|'.join(self._family)}>")
    return argument

  def flag_type(self):
    return "string enum"


class _IntegersParser(flags.ArgumentParser):
  """Parses comma-separated integers into a tuple."""

  syntactic_help = "comma-separated integers"

  def parse(self, argument):
    if not isinstance(argument, str):
      return tuple(argument)
    try:
      return tuple(int(item) for item in argument.split(",") if item.strip())
    except ValueError:
      raise ValueError(
        f"comma-separated integers expected, such as 200,200; found {argument}"
      ) from None

  def flag_type(self):
    return "comma-separated integers"
