"""What the tensors of a checkpoint go into: variables, by their names.

A variable has a tensor of its own. The shards of a partitioned variable have
one together, named as the whole variable, as `tf.train.Saver` saves them.
"""

import collections.abc
from typing import Any, NamedTuple, Optional, Tuple

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runs import checkpoint_files
from vae_graph.runs.checkpoint_reader import TensorSpec


class Target(NamedTuple):
  """A variable, or a shard of one, and the tensor that goes into it.

  name: of the tensor in a checkpoint.
  spec: its `TensorSpec`.
  variable: the variable or shard.
  part: index of the shard in the tensor, slices; None for a whole variable.
  """

  name: str
  spec: TensorSpec
  variable: Any
  part: Optional[Tuple[slice, ...]]


def find_targets(variables, *, assignment_map=None, averaged=False):
  """Returns a list of `Target`; arguments as of `restore_by_name`.

  Raises:
    ConfigError: the arguments are not what they should be.
  """
  if isinstance(variables, collections.abc.Mapping):
    if assignment_map is not None:
      raise errors.ConfigError(
        "assignment_map goes with a list of variables; a dict of them has their"
        " names in the checkpoint already"
      )
    targets = [
      _target(shard)._replace(name=name)
      for name, variable in variables.items()
      for shard in _shards(variable)
    ]
  else:
    targets = [_target(shard) for shard in _shards(variables)]
  if not targets:
    raise errors.ConfigError(
      "variables must be variables to restore, such as vae.variables, found"
      " none"
    )
  if assignment_map is not None:
    targets = _in_scopes(targets, assignment_map)
  suffix = f"/{checkpoint_files.AVERAGE}" if averaged else ""
  return [target._replace(name=target.name + suffix) for target in targets]


def assign(session, targets, *, values):
  """Gives variables their values, without a new op in the graph.

  Args:
    session: a `tf.Session`; None where the variables are eager ones.
    targets: list of `Target`.
    values: `{name: array}`.

  Raises:
    ConfigError: the session is none of the variables' graph.
  """
  for target in targets:
    _check_session(session, target.variable)
  for target in targets:
    value = values[target.name]
    if target.part is not None:
      value = value[target.part]
    if session is None:
      with tf.init_scope():  # Not into a function that is being traced.
        target.variable.assign(value)
      continue
    # One by one, for several may be initialized from the same tensor.
    initializer = target.variable.initializer
    session.run(initializer, {initializer.inputs[1]: value})


def _shards(variable):
  """Yields the variables in a variable, a partitioned one or lists of them."""
  if hasattr(variable, "initializer"):
    yield variable
    return
  try:
    inside = list(variable)
  except TypeError:
    inside = None
  if inside is None or isinstance(variable, (str, bytes)):
    raise errors.ConfigError(
      "variables must be variables to restore, such as vae.variables, found"
      f" {getattr(variable, 'name', repr(variable))}, a"
      f" {type(variable).__name__}"
    )
  for each in inside:
    yield from _shards(each)


def _target(variable):
  """Returns the `Target` of a variable or shard under its own name."""
  dtype = variable.dtype.base_dtype
  whole = getattr(variable, "_save_slice_info", None)
  if whole is None:
    name = variable.name.partition(":")[0]
    shape = tuple(variable.shape.as_list())
    return Target(name, TensorSpec(shape, dtype), variable, None)
  part = tuple(
    slice(start, start + size)
    for start, size in zip(whole.var_offset, whole.var_shape)
  )
  spec = TensorSpec(tuple(whole.full_shape), dtype)
  return Target(whole.full_name, spec, variable, part)


def _in_scopes(targets, assignment_map):
  """Returns targets under the names that an `assignment_map` gives them."""
  checkpoint_scopes = _by_graph_scope(assignment_map)
  unused = set(checkpoint_scopes)
  renamed = []
  for target in targets:
    scopes = [
      each for each in checkpoint_scopes if target.name.startswith(each)
    ]
    if not scopes:
      raise errors.ConfigError(
        f"assignment_map: variable {target.name} is in none of the graph's"
        f" scopes that it names, {_shown(checkpoint_scopes)}; add its scope"
      )
    scope = max(scopes, key=len)
    unused.discard(scope)
    name = checkpoint_scopes[scope] + target.name[len(scope) :]
    renamed.append(target._replace(name=name))
  if unused:
    raise errors.ConfigError(
      f"assignment_map: no variable takes its name from {_shown(unused)} in the"
      f" graph; the first is {targets[0].name}; correct the scope, or leave it"
      " out"
    )
  return renamed


def _by_graph_scope(assignment_map):
  """Returns `{scope in the graph: scope in the checkpoint}`, the root ""."""
  form = (
    "assignment_map must be {scope in the checkpoint: scope in the graph}, each"
    " ending in /, as tf.train.init_from_checkpoint takes it"
  )
  if not isinstance(assignment_map, collections.abc.Mapping):
    raise errors.ConfigError(f"{form}, found {assignment_map!r}")
  checkpoint_scopes = {}
  for scopes in assignment_map.items():
    for scope in scopes:
      if not isinstance(scope, str) or not scope.endswith("/"):
        raise errors.ConfigError(f"{form}, found {scope!r}; / is the root")
    in_checkpoint, in_graph = ("" if each == "/" else each for each in scopes)
    if in_graph in checkpoint_scopes:
      raise errors.ConfigError(
        f"assignment_map names the graph's scope {scopes[1]} twice; leave one"
        " out"
      )
    checkpoint_scopes[in_graph] = in_checkpoint
  return checkpoint_scopes


def _shown(scopes):
  return ", ".join(scope or "/" for scope in sorted(scopes))


def _check_session(session, variable):
  """Raises unless a session, or None, is that of a variable."""
  graph = getattr(variable, "graph", None)  # Eager variables have none.
  if graph is None and session is not None:
    raise errors.ConfigError(
      f"restore: variable {variable.name} is an eager one, of no session; call"
      " restore()"
    )
  if graph is not None and getattr(session, "graph", None) is not graph:
    raise errors.ConfigError(
      f"restore: variable {variable.name} is in another graph than the session,"
      f" {session!r}; pass a tf.Session of its graph"
    )
