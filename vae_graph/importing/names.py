"""What a foreign checkpoint holds, told by the names of its tensors.

    model/encoder/dense/kernel                           a weight
    model/encoder/dense/kernel/Adam                      a slot of it
    training/model/encoder/dense/kernel/Adam             likewise
    model/encoder/dense/kernel/ExponentialMovingAverage  its moving average
    model/encoder/dense/kernel/part_0                    a part of a weight
    encoder/layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE   a weight
    model/beta1_power, global_step, save_counter         state

It needs no TensorFlow.
"""

import re
from typing import Dict, NamedTuple, Tuple

from vae_graph.runs.checkpoint_files import AVERAGE

# The last part of the name of the count of steps.
STEP = "global_step"
# What TensorFlow 2's object-based checkpoints add to names.
_ATTRIBUTE = re.compile(r"/\.ATTRIBUTES/[^/]+$")
_OPTIMIZER_SLOT = re.compile(r"/\.OPTIMIZER_SLOT/.*")
_PART = re.compile(r"(.+)/part_([0-9]+)((?:/.+)?)")
# Scalars that are no weights.
_SCALARS = re.compile(
  r"(?:.*/)?(?:global_step|beta[12]_power(?:_[0-9]+)?|beta_[12]|decay|epsilon"
  r"|_?learning_rate|lr|momentum|rho|loss_scale/scale|total|count)"
)
# What an object-based checkpoint keeps of an optimizer, and slots of weights
# that are not there.
_OF_OPTIMIZER = re.compile(
  r".*/\.OPTIMIZER_SLOT/.*|(?:.*/)?optimizer/_(?:trainable_)?variables/[0-9]+"
  r"|.*/(?:Ada(?:m|[mM]ax|grad|gradDA|delta)|Ftrl|Momentum|RMSProp)(?:_[0-9]+)?"
)


class Found(NamedTuple):
  """A variable of a checkpoint.

  name: the tensors', without what tells parts and attributes.
  tensors: the tensors that hold it, several where it was saved in parts.
  shape: of all of it.
  dtype: name of its type.
  axis: along which the parts are joined.
  """

  name: str
  tensors: Tuple[str, ...]
  shape: Tuple[int, ...]
  dtype: str
  axis: int = 0


class Contents(NamedTuple):
  """What a checkpoint holds, by `{name: Found}`.

  weights: a model's variables.
  slots: `{weight: {ending of the name: Found}}`, of optimizers.
  averages: `{weight: Found}`, moving averages.
  state: all else that is no weight, such as `beta1_power`.
  only_averages: names of the weights of which there is the average alone, which
    is then taken for the weight.
  """

  weights: Dict[str, Found]
  slots: Dict[str, Dict[str, Found]]
  averages: Dict[str, Found]
  state: Dict[str, Found]
  only_averages: Tuple[str, ...]


def join(specs):
  """Returns the variables that tensors make, `{name: Found}`.

  Args:
    specs: `{name of a tensor: (shape, name of its dtype)}`.
  """
  parts = {}
  for tensor in sorted(specs):
    name = _ATTRIBUTE.sub("", tensor)
    match = _PART.fullmatch(name)
    number = int(match.group(2)) if match else 0
    name = match.group(1) + match.group(3) if match else name
    parts.setdefault(name, {})[number] = tensor
  return {
    name: _joined(name, [each for _, each in sorted(tensors.items())], specs)
    for name, tensors in parts.items()
  }


def sort_out(found):
  """Returns the `Contents` that variables are.

  Args:
    found: `{name: Found}`.
  """
  weights, slots, averages, state, alone = {}, {}, {}, {}, []
  for name, each in found.items():
    owner, ending = _owner(name, found)
    if ending == AVERAGE and not owner:
      owner = name[: -len(AVERAGE) - 1]
      weights[owner] = averages[owner] = each
      alone.append(owner)
    elif ending == AVERAGE:
      averages[owner] = each
    elif owner:
      slots.setdefault(owner, {})[ending] = each
    elif _is_state(name, each):
      state[name] = each
    else:
      weights[name] = each
  return Contents(weights, slots, averages, state, tuple(sorted(alone)))


def find_state(contents, name):
  """Finds a scalar such as `global_step`, under whichever scope.

  Args:
    contents: a `Contents`.
    name: its name without a scope.

  Returns:
    Its name in the checkpoint: of several, that without a scope. None where
    there is none, or several that all have one.
  """
  there = [each for each in contents.state if f"/{each}".endswith(f"/{name}")]
  if name in there:
    return name
  return there[0] if len(there) == 1 else None


def family(ending):
  """Returns the name of an optimizer in a slot's: of `Adam_1`, `Adam`."""
  return re.sub("_[0-9]+$", "", ending)


def natural(text):
  """Returns a key that sorts `dense_10` behind `dense_9`."""
  return [
    (int(part), "") if part.isdigit() else (-1, part)
    for part in re.split("([0-9]+)", text)
  ]


def same_elements(found, wanted):
  """Returns whether shapes differ at most by axes of size 1.

  Then the same elements are meant, in the same order.
  """
  return [size for size in found if size != 1] == [
    size for size in wanted if size != 1
  ]


def count_fitting(pairs, *, found, wanted):
  """Returns how many pairs of a layout have the same elements.

  Args:
    pairs: `{the model's name: the checkpoint's}`.
    found: `{name: Found}`, the checkpoint's weights.
    wanted: `{name: shape}`, the model's.
  """
  return sum(
    same_elements(found[theirs].shape, wanted[ours])
    for ours, theirs in pairs.items()
  )


def _joined(name, tensors, specs):
  """Returns the `Found` of the parts of a variable, in their order."""
  shapes = [specs[tensor][0] for tensor in tensors]
  shape = shapes[0]
  # TensorFlow divides along the first axis, unless it was told otherwise.
  axis = 0
  if len(shapes) > 1 and {len(each) for each in shapes} == {len(shape)}:
    differ = [i for i, sizes in enumerate(zip(*shapes)) if len(set(sizes)) > 1]
    axis = min(differ, default=0)
    size = sum(each[axis] for each in shapes)
    shape = (*shape[:axis], size, *shape[axis + 1 :])
  return Found(name, tuple(tensors), shape, specs[tensors[0]][1], axis)


def _owner(name, found):
  """Returns whose slot or average a variable is, and the name's ending.

  An optimizer that was made under a scope puts that before its slots' names.
  """
  path, _, ending = name.rpartition("/")
  path = _OPTIMIZER_SLOT.sub("", path)
  while path:
    if path in found and found[path].shape == found[name].shape:
      return path, ending
    _, _, path = path.partition("/")
  return None, ending


def _is_state(name, each):
  return (
    "float" not in each.dtype
    or (not each.shape and _SCALARS.fullmatch(name) is not None)
    or _OF_OPTIMIZER.fullmatch(name) is not None
  )
