"""Layers told by their numbers: what the layouts that count have in common.

The encoder's layers come before the decoder's, or behind them, and each in the
order in which a call uses them: which is meant, shapes decide.
"""

import itertools
import re
from typing import NamedTuple, Optional

from vae_graph import errors
from vae_graph.importing import by_name, names

# Orders of so many scopes are tried.
_MOST_SCOPES = 6
# This library's layers, and those of tf.layers and Keras.
LAYER = re.compile(
  r"(?P<scope>.*/|)(?P<kind>dense|conv2d_transpose|conv2d)"
  r"(?:_(?P<number>[0-9]+))?/(?P<variable>kernel|bias)"
)


class Layer(NamedTuple):
  """A layer, by the names of its variables.

  scope: with a slash behind it.
  kind: by this library's name; None where all kinds are counted as one.
  number: in its kind.
  variables: `{"kernel" or "bias": name}`.
  """

  scope: str
  kind: Optional[str]
  number: int
  variables: dict


def match(found, wanted, *, pattern, ours=None):
  """Matches layers by their numbers; other variables by their names.

  Args:
    found: `{name: names.Found}`.
    wanted: `{name: shape}`.
    pattern: regular expression of the checkpoint's names, with groups `scope`,
      `number`, `variable` and perhaps `kind`.
    ours: dict from a kind or variable there to this library's word for it.

  Returns:
    `{name in wanted: name in found}`.

  Raises:
    CheckpointError: scopes in which layers are counted anew could be taken in
      several orders.
  """
  layers = _layers(found, pattern, ours or {})
  if not layers:
    return {}
  own = _layers(wanted, LAYER, {})
  in_layers = [name for layer in own for name in layer.variables.values()]
  tried = [
    _paired(order, turn) for order in _orders(layers) for turn in _turns(own)
  ]
  count = [
    names.count_fitting(pairs, found=found, wanted=wanted) for pairs in tried
  ]
  best = tried[count.index(max(count))]
  if max(count) == len(in_layers):
    for pairs, fitting in zip(tried, count):
      if fitting == max(count) and pairs != best:
        raise _ambiguous(best, pairs)
  others = {name: wanted[name] for name in wanted if name not in in_layers}
  return {**best, **by_name.match(found, others)}


def _layers(variables, pattern, ours):
  """Returns the `Layer`s that variables make, in the order of the first."""
  layers = {}
  for name in variables:
    matched = pattern.fullmatch(name)
    if matched:
      groups = matched.groupdict()
      kind, variable = groups.get("kind"), groups["variable"]
      key = groups["scope"], ours.get(kind, kind), int(groups["number"] or 0)
      layer = layers.setdefault(key, Layer(*key, variables={}))
      layer.variables[ours.get(variable, variable)] = name
  return list(layers.values())


def _orders(layers):
  """Yields the checkpoint's layers in each order that may be meant."""
  counted = {(layer.kind, layer.number) for layer in layers}
  if len(counted) == len(layers):
    # One count, whatever the scopes.
    yield sorted(layers, key=lambda layer: layer.number)
    return
  scopes = sorted({layer.scope for layer in layers}, key=names.natural)
  if len(scopes) > _MOST_SCOPES:
    raise errors.CheckpointError(
      f"the checkpoint counts layers anew under each of {len(scopes)} scopes,"
      " whose order is not known; say by --map=OLD_REGEX=NEW which is which"
    )
  for order in itertools.permutations(scopes):
    yield sorted(
      layers, key=lambda layer: (order.index(layer.scope), layer.number)
    )


def _turns(own):
  """Yields the model's layers, the encoder's first and then the decoder's."""
  yield own
  first = own[0].scope.split("/")[0]
  behind = [layer for layer in own if layer.scope.split("/")[0] == first]
  yield [layer for layer in own if layer not in behind] + behind


def _paired(layers, own):
  """Returns `{the model's name: the checkpoint's}`, kind by kind in order."""
  pairs = {}
  for kind in {layer.kind for layer in layers}:
    theirs = [layer for layer in layers if layer.kind == kind]
    ours = [layer for layer in own if kind in (layer.kind, None)]
    for one, other in zip(ours, theirs):
      for variable, name in one.variables.items():
        if variable in other.variables:
          pairs[name] = other.variables[variable]
  return pairs


def _ambiguous(one, other):
  ours = next(name for name in one if other[name] != one[name])
  return errors.CheckpointError(
    f"{ours} may be {one[ours]} or {other[ours]}, whose shapes are alike and"
    " whose order is not known; say by --map=OLD_REGEX=NEW which it is"
  )
