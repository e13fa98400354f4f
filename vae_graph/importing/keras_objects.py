"""Object-based checkpoints of TensorFlow 2's Keras: `layer_with_weights-0`.

A model is a list of its layers of any kind; models in a model, such as its
`encoder` and `decoder`, have a list each.
"""

import re

from vae_graph.importing import numbered

_NAME = re.compile(
  r"(?P<scope>.*/|)layer_with_weights-(?P<number>[0-9]+)"
  r"/(?P<variable>kernel|bias)"
)


def match(found, wanted):
  """Matches all layers by their numbers; see importing."""
  return numbered.match(found, wanted, pattern=_NAME)
