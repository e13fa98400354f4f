"""Where each variable of a run gets its value from, and what is left over."""

from typing import List, NamedTuple, Optional, Tuple

from vae_graph import errors
from vae_graph.importing import hints, layouts, names, numbered

# What becomes of a variable. These are given a value of the checkpoint,
WEIGHT, AVERAGE, SLOT, STATE = "weight", "average", "slot", "state"
TAKEN = (WEIGHT, AVERAGE, SLOT, STATE)
# these keep another, or do not fit,
MISSING, OTHER_SHAPE, COPY = "missing", "other shape", "copy of the weight"
# and these are the checkpoint's alone.
EXTRA, LEFT_OUT = "extra", "left out"


class Row(NamedTuple):
  """A variable of the checkpoint, of the run or of both.

  kind: what becomes of it, one of the words above.
  ours: its name here, or None.
  shape: its shape here, or None.
  found: the `names.Found` of the checkpoint, or None.
  """

  kind: str
  ours: Optional[str] = None
  shape: Optional[Tuple[int, ...]] = None
  found: Optional[names.Found] = None


class Plan(NamedTuple):
  """What an import does.

  layout: name of the layout that was taken.
  rows: list of `Row`: the model's weights, then all else.
  notes: list of lines: what else is to be known.
  """

  layout: str
  rows: List[Row]
  notes: List[str]

  def of(self, *kinds):
    """Returns the rows of some kinds."""
    return [row for row in self.rows if row.kind in kinds]


def make_plan(contents, weights, *, others, config):
  """Settles what an import does.

  Args:
    contents: the checkpoint's `names.Contents`.
    weights: `{name: shape}` of the model, in the order in which a call uses
      them.
    others: `{name: shape}` of training's other variables.
    config: an `ImportConfig`.

  Returns:
    A `Plan`.

  Raises:
    CheckpointError: what is meant would be a guess.
  """
  found = _averaged(contents) if config.averaged_weights else contents.weights
  matched = layouts.match_by(found, weights, layout=config.layout)
  rows = [
    _weight_row(ours, shape, found.get(matched.pairs.get(ours)))
    for ours, shape in weights.items()
  ]
  taken = {row.ours: matched.pairs[row.ours] for row in rows if row.found}
  for name, shape in others.items():
    weight, _, ending = name.rpartition("/")
    if ending == names.AVERAGE and weight in taken:
      average = contents.averages.get(taken[weight])
      rows.append(Row(AVERAGE if average else COPY, name, shape, average))
  slots, notes = _slot_rows(contents, weights, others, taken)
  rows += slots
  step = names.find_state(contents, names.STEP)
  if step:
    rows.append(Row(STATE, names.STEP, (), contents.state[step]))
  else:
    notes.append(
      "the checkpoint tells no global_step, so training begins at step 0"
    )
  rows += _left_over(contents, found, rows)
  missing = [row.ours for row in rows if row.kind == MISSING]
  if missing and config.allow_missing:
    notes.append(f"with their initial values: {', '.join(missing)}")
  if contents.only_averages:
    notes.append("of some weights there are moving averages alone")
  notes += hints.order_alone(matched, weights) + hints.log_scales(rows)
  return Plan(matched.layout, rows, notes)


def check_whole(plan, *, config, pixels):
  """Checks that a plan is of the whole model, or of what may be left out.

  Args:
    plan: the `Plan`.
    config: the `ImportConfig`.
    pixels: numbers in an image.

  Raises:
    CheckpointError: it is not.
  """
  missing = [row.ours for row in plan.of(MISSING)]
  extra = [row.found.name for row in plan.of(EXTRA)]
  wrong = [
    f"{row.ours} is {shown(row.found.shape)} there and {shown(row.shape)} here"
    for row in plan.of(OTHER_SHAPE)
  ]
  texts = []
  if wrong:
    texts.append("; ".join(wrong))
  # Of layers that are told by their numbers, which are missing is a guess.
  by_number = plan.layout != "by_name" and any(
    numbered.LAYER.fullmatch(name) for name in missing
  )
  may_miss = plan.of(WEIGHT) and not by_number
  if missing and not (config.allow_missing and may_miss):
    texts.append(f"missing: {', '.join(missing)}")
  if extra and not config.allow_extra:
    texts.append(f"extra: {', '.join(extra)}")
  if not texts:
    return
  not_floating = hints.not_floating(plan.of(MISSING), plan.of(LEFT_OUT))
  if not_floating:
    raise errors.CheckpointError(
      f"the checkpoint's weights are no floats ({not_floating}): save them as"
      " float32 where they were made"
    )
  remedies = []
  if missing and hints.of_keras_3(plan.rows):
    remedies.append(
      "Keras 3 has saved its weights without names, so save them by"
      " tf.train.Saver where they were made"
    )
  there = sorted(
    plan.of(WEIGHT, OTHER_SHAPE, EXTRA),
    key=lambda row: names.natural(row.found.name),
  )
  sizes = hints.fitting_sizes([row.found.shape for row in there], pixels)
  if (wrong or missing) and sizes:
    remedies.append(f"its shapes would fit {sizes}")
  remedies.append(
    "set the model's flags to what was trained, or name variables by"
    " --map=OLD_REGEX=NEW"
  )
  if missing and not wrong and may_miss:
    remedies.append("--allow_missing keeps the initial values of what it lacks")
  if extra and not wrong and not missing:
    remedies.append("--allow_extra leaves out what it has besides")
  raise errors.CheckpointError(
    f"the checkpoint does not fit the model ({'; '.join(texts)}):"
    f" {'; '.join(remedies)}"
  )


def table_cells(plan):
  """Returns the plan as rows of text, the titles first."""
  rows = [("in the checkpoint", "here", "shape", "what becomes of it")]
  for row in plan.rows:
    shape = row.found.shape if row.shape is None else row.shape
    rows.append(
      (
        row.found.name if row.found else "-",
        row.ours or "-",
        shown(shape),
        _becomes(row),
      )
    )
  return rows


def shown(shape):
  """Returns a shape as text."""
  return f"[{', '.join(map(str, shape))}]"


def _weight_row(ours, shape, found):
  if found is None:
    return Row(MISSING, ours, shape)
  fits = names.same_elements(found.shape, shape)
  # Their kernels are [height, width, out, in], those of others [..., in, out].
  if "transpose" in ours and len(found.shape) != len(shape):
    fits = False
  return Row(WEIGHT if fits else OTHER_SHAPE, ours, shape, found)


def _averaged(contents):
  """Returns the averages, each by its weight's name."""
  lacking = sorted(contents.weights.keys() - contents.averages.keys())
  if lacking:
    raise errors.CheckpointError(
      f"the checkpoint has no moving average of {', '.join(lacking)}; leave"
      " --averaged_weights out"
    )
  return contents.averages


def _slot_rows(contents, weights, others, taken):
  """Returns the rows of the optimizer's variables, all or none, and notes."""
  rows, endings = [], {}
  for name, shape in others.items():
    weight, _, ending = name.rpartition("/")
    if weight in weights and ending != names.AVERAGE:
      endings.setdefault(weight, set()).add(ending)
      each = contents.slots.get(taken.get(weight), {}).get(ending)
    elif weight not in weights and name != names.STEP:
      each = contents.state.get(names.find_state(contents, name))
      # A scope is that of the loss scale, which can begin anew.
      if "/" in name and not each:
        continue
    else:
      continue
    rows.append(Row(SLOT, name, shape, each))
  reason = ""
  if not any(row.found for row in rows):
    reason = "has none of this optimizer's slots"
  elif not all(
    row.found and names.same_elements(row.found.shape, row.shape)
    for row in rows
  ):
    reason = "lacks some of this optimizer's slots"
  else:
    for weight, wanted in endings.items():
      families = {names.family(ending) for ending in wanted}
      there = contents.slots[taken[weight]]
      if wanted != {each for each in there if names.family(each) in families}:
        reason = "has more slots than this optimizer, so those of another"
  if reason and rows:
    return [], [f"the checkpoint {reason}; the optimizer begins anew"]
  return rows, []


def _left_over(contents, found, rows):
  """Returns the rows of what no variable here takes."""
  taken = {tensor for row in rows if row.found for tensor in row.found.tensors}
  others = {
    *contents.weights.values(),
    *contents.state.values(),
    *contents.averages.values(),
    *(each for slots in contents.slots.values() for each in slots.values()),
  }
  weights = set(found.values())
  return [
    Row(EXTRA if each in weights else LEFT_OUT, found=each)
    for each in sorted(others, key=lambda each: (each not in weights, each))
    if not taken.intersection(each.tensors)
  ]


def _becomes(row):
  """Returns what becomes of a variable, in words."""
  texts = [row.kind]
  if row.found and row.ours:
    if row.found.shape != row.shape:
      verb = "found" if row.kind == OTHER_SHAPE else "reshaped from"
      texts.append(f"{verb} {shown(row.found.shape)}")
    if len(row.found.tensors) > 1:
      texts.append(f"joined from {len(row.found.tensors)} parts")
    if row.kind != STATE and row.found.dtype != "float32":
      texts.append(f"cast from {row.found.dtype}")
  return ", ".join(texts)
