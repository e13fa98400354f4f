"""Layers numbered as `tf.layers` and Keras do: `dense`, `dense_1`, ...

Each kind is counted by itself: over all layers of the program, or anew under
each scope (`encoder/dense`, `decoder/dense`). Counts may begin anywhere, and
scopes may be any (`sequential_1/dense_4`).
"""

from vae_graph.importing import numbered


def match(found, wanted):
  """Matches the layers of each kind by their numbers; see importing."""
  return numbered.match(found, wanted, pattern=numbered.LAYER)
