"""Which weights of a checkpoint are which of the model's, by a layout."""

from typing import Dict, NamedTuple

from vae_graph import errors, registry
from vae_graph.importing import names


class Matched(NamedTuple):
  """What a layout made of a checkpoint.

  layout: its name.
  pairs: `{the model's name: the checkpoint's}`.
  """

  layout: str
  pairs: Dict[str, str]


def match_by(found, wanted, *, layout):
  """Matches weights by a layout.

  Args:
    found: `{name: names.Found}`, the checkpoint's weights.
    wanted: `{name: shape}`, the model's.
    layout: its name in `registry.LAYOUTS`; `auto`: the first that fits, and
      where none does that which knows the most.

  Returns:
    A `Matched`.

  Raises:
    CheckpointError: the layout would have to guess, or each would that fits.
  """
  if layout != "auto":
    match_weights = registry.load(registry.LAYOUTS, layout)
    return Matched(layout, match_weights(found, wanted))
  tried, doubts = [], []
  for name in registry.LAYOUTS:
    if name != "auto":
      try:
        tried.append(match_by(found, wanted, layout=name))
      except errors.CheckpointError as error:
        doubts.append(error)
  for each in tried:
    fitting = names.count_fitting(each.pairs, found=found, wanted=wanted)
    if fitting == len(wanted):
      return each
  if doubts:
    raise doubts[0]
  return max(tried, key=lambda each: len(each.pairs))


def match(found, wanted):
  """The layout `auto`; see `match_by`."""
  return match_by(found, wanted, layout="auto").pairs
