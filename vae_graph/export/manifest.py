"""The manifest: what an export takes and gives, for programs to read."""

import os

from vae_graph import files
from vae_graph.compat import versions


def write(folder, trained_graph, *, export_config, places):
  """Writes `manifest.json`; docs/export.md says what is in it.

  Args:
    folder: where.
    trained_graph: a `TrainedGraph`.
    export_config: the `ExportConfig`.
    places: dict from the name of each signature that was exported to the file
      that holds it, relative to the folder.
  """
  serving_graph = trained_graph.serving_graph
  signatures = {**serving_graph.signatures, **serving_graph.seeded}
  content = {
    "format": export_config.format,
    "target_tf": export_config.target_tf,
    "step": trained_graph.step,
    "versions": versions(),
    "signatures": {
      name: {
        "file": place,
        "inputs": _described(signatures[name].inputs),
        "outputs": _described(signatures[name].outputs),
      }
      for name, place in places.items()
    },
  }
  files.write_atomically(
    os.path.join(folder, "manifest.json"),
    files.strict_json(content, indent=2) + "\n",
  )


def _described(tensors):
  """Returns `{name: what to know of the tensor}`; -1 stands for any size."""
  return {
    name: {
      "tensor": tensor.name,
      "dtype": tensor.dtype.base_dtype.name,
      "shape": [
        -1 if size is None else size for size in tensor.shape.as_list()
      ],
    }
    for name, tensor in tensors.items()
  }
