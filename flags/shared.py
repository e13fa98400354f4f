"""Flags that a program has once, however many modules ask for them.

A binary imports the modules here that it needs, a program of yours perhaps all
of them. `--seed` of training and `--seed` of generation are then one flag, with
the help of whichever module came first. Where it is not given, each module
keeps a default of its own.
"""

import dataclasses

from absl import flags

import vae_graph

# The flags count as defined by the module that calls.
flags.disclaim_key_flags()

_names = set()


def define_flags(config_class):
  """Registers the flags of a configuration, as `vae_graph.define_flags` does.

  Args:
    config_class: a `Config` class, such as `vae_graph.ModelConfig`.

  Returns:
    A function without arguments that returns the validated configuration; call
    it after the flags are parsed. It raises ConfigError.

  Raises:
    absl.flags.DuplicateFlagError: another program's flag has such a name.
  """
  own = flags.FlagValues()
  vae_graph.define_flags(config_class, flag_values=own)
  read = {name: _share(own[name]) for name in own}
  names = [field.name for field in dataclasses.fields(config_class)]
  return lambda: config_class(**{name: read[name]() for name in names})


def define_setting(config_class, name, *, help_text):
  """Registers the flag of one setting of a configuration.

  Args:
    config_class: a `Config` class.
    name: of the setting.
    help_text: for `--help`, in place of the setting's own.

  Returns:
    A function without arguments that returns the value, after the flags are
    parsed.
  """
  own = flags.FlagValues()
  vae_graph.define_flags(config_class, flag_values=own)
  own[name].help = help_text
  return _share(own[name])


def define(define_flag, name, default, help_text, **bounds):
  """Registers one flag.

  Args:
    define_flag: one of absl's, such as `absl.flags.DEFINE_integer`.
    name: of the flag.
    default: value where it is not given.
    help_text: for `--help`.
    **bounds: what else `define_flag` takes.

  Returns:
    A function without arguments that returns the value, after the flags are
    parsed.

  Raises:
    absl.flags.DuplicateFlagError: another program's flag has this name.
  """
  own = flags.FlagValues()
  define_flag(name, default, help=help_text, flag_values=own, **bounds)
  return _share(own[name])


def _share(flag):
  """Registers a flag, or takes that of another module; returns its reader."""
  if flag.name not in _names:
    flags.DEFINE_flag(flag)
    _names.add(flag.name)
    return lambda: getattr(flags.FLAGS, flag.name)
  flags.declare_key_flag(flag.name)

  def read():
    value = getattr(flags.FLAGS, flag.name)
    theirs = flags.FLAGS[flag.name]
    # Given on the command line, or set by a program.
    is_given = theirs.present or not theirs.using_default_value
    return value if is_given else flag.value

  return read
