"""Layers numbered as `tf.contrib.layers` and slim do: `fully_connected_1`."""

import re

from vae_graph.importing import numbered

_NAME = re.compile(
  r"(?P<scope>.*/|)(?P<kind>fully_connected|Conv2d_transpose|Conv)"
  r"(?:_(?P<number>[0-9]+))?/(?P<variable>weights|biases)"
)
_OURS = {
  "fully_connected": "dense",
  "Conv2d_transpose": "conv2d_transpose",
  "Conv": "conv2d",
  "weights": "kernel",
  "biases": "bias",
}


def match(found, wanted):
  """Matches the layers of each kind by their numbers; see importing."""
  return numbered.match(found, wanted, pattern=_NAME, ours=_OURS)
