"""What a person should look at: said beside a plan, or in an error."""

import re

from vae_graph import errors

_LOG_SCALE = re.compile(r"log_?(?:var|sigma|std|scale)", re.IGNORECASE)

_KERAS_3 = re.compile(r"(?:^|/)_trainable_variables/[0-9]+$")


def fitting_sizes(shapes, pixels):
  """Returns the flags of a dense model that would fit, or an empty text.

  Args:
    shapes: of all weights, in the order of layers.
    pixels: numbers in an image.
  """
  kernels = [shape for shape in shapes if len(shape) == 2]
  for start, kernel in enumerate(kernels):
    if kernel[0] == pixels:
      return _sizes(kernels[start:])
  return ""


def of_keras_3(rows):
  """Returns whether a checkpoint has the weights of Keras 3, by numbers alone.

  Args:
    rows: the plan's rows.
  """
  return any(row.found and _KERAS_3.search(row.found.name) for row in rows)


def not_floating(missing, left_out):
  """Returns what is known of missing weights that are no floats, or "".

  Args:
    missing: the plan's rows of them.
    left_out: the rows of what no variable takes.
  """
  shapes = [row.shape for row in missing]
  there = [
    row.found
    for row in left_out
    if "float" not in row.found.dtype and row.found.shape in shapes
  ]
  if not there or len(there) < len(missing):
    return ""
  dtypes = sorted({each.dtype for each in there})
  return (
    f"{', '.join(each.name for each in there)}: found {errors.either(dtypes)},"
    " expected floats"
  )


def order_alone(matched, weights):
  """Returns a note on layers that their shapes would not tell apart.

  Args:
    matched: the `layouts.Matched`.
    weights: `{name: shape}` of the model.
  """
  if matched.layout == "by_name":
    return []
  alike = {}
  for name, shape in weights.items():
    if name in matched.pairs and len(shape) > 1:
      alike.setdefault(shape, []).append(name)
  texts = [" and ".join(each) for each in alike.values() if len(each) > 1]
  if not texts:
    return []
  return [
    f"told apart by their order alone: {'; '.join(texts)}: compare the ELBO"
    " below with what the checkpoint had"
  ]


def log_scales(rows):
  """Returns a note on weights whose names speak of a logarithm."""
  pairs = [row.found.name for row in rows if row.ours and row.found]
  found = [name for name in pairs if _LOG_SCALE.search(name)]
  if not found:
    return []
  return [
    f"{', '.join(found)}: here the encoder's last layer gives the standard"
    " deviation, by --posterior_scale; a log variance is twice its logarithm"
  ]


def worse_than_untrained(means, untrained):
  """Returns a note where a model is no better than one of initial weights.

  Args:
    means: `{name: float}` of the objective's terms, of the model.
    untrained: the same of the other.
  """
  if means["loss"] < untrained["loss"]:
    return []
  return [
    f"the loss of test images, {means['loss']:.4g}, is not below that of"
    f" untrained weights, {untrained['loss']:.4g}: are --activation,"
    " --posterior_scale, the range of pixels and the order of layers those of"
    " what was trained?"
  ]


def _sizes(kernels):
  """Returns the flags of the chain of layers with which kernels begin."""
  hidden = []
  for kernel, following in zip(kernels, kernels[1:]):
    if following[0] == kernel[1]:
      hidden.append(kernel[1])
    elif following == kernel and hidden:
      units = ",".join(map(str, hidden))
      return f"--hidden_units={units} --code_size={kernel[1]}"
    else:
      break
  return ""
