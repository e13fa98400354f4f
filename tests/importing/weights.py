"""Checkpoints told by names and shapes alone, as other programs name them."""

from vae_graph.importing import names

# A small dense model, by this library's names, in the order of a call.
WANTED = {
  "encoder/dense/kernel": (30, 8),
  "encoder/dense/bias": (8,),
  "encoder/dense_1/kernel": (8, 8),
  "encoder/dense_1/bias": (8,),
  "encoder/dense_2/kernel": (8, 2),
  "encoder/dense_2/bias": (2,),
  "encoder/dense_3/kernel": (8, 2),
  "encoder/dense_3/bias": (2,),
  "decoder/dense/kernel": (2, 8),
  "decoder/dense/bias": (8,),
  "decoder/dense_1/kernel": (8, 8),
  "decoder/dense_1/bias": (8,),
  "decoder/dense_2/kernel": (8, 30),
  "decoder/dense_2/bias": (30,),
}


def renamed(rename, wanted=None):
  """Returns `{name in a checkpoint: (shape, "float32")}` of a model.

  Args:
    rename: function of a name here that returns the one there.
    wanted: `{name: shape}` of the model; by default the one above.
  """
  return {
    rename(name): (shape, "float32")
    for name, shape in (wanted or WANTED).items()
  }


def contents(specs):
  """Returns the `names.Contents` of tensors."""
  return names.sort_out(names.join(specs))


def one_level(start=0, decoder_first=False):
  """Returns a renaming to dense, dense_1, ... under one scope, `vae`."""
  first = (
    {"encoder": 3, "decoder": 0}
    if decoder_first
    else {
      "encoder": 0,
      "decoder": 4,
    }
  )

  def rename(name):
    top, layer, variable = name.split("/")
    number = int((layer.split("_") + ["0"])[1]) + first[top] + start
    return f"vae/dense{f'_{number}' if number else ''}/{variable}"

  return rename
