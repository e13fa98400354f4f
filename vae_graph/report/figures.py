"""The figures of an evaluation: what they are called and mean.

The one place that describes them, for pages and for tables of plain text.
"""

import typing

from vae_graph.charts import MINUS


class Figure(typing.NamedTuple):
  """A figure that evaluations hold.

  Args:
    name: its key in an evaluation.
    title: what readers call it.
    unit: such as "nats per image"; "%" where the value is a share in [0, 1].
    better: "higher", "lower", or empty where neither is.
    meaning: one line.
    note: what belongs beside it: a format string of the evaluation's values as
      texts, left out where one of them is missing.
  """

  name: str
  title: str
  unit: str
  better: str
  meaning: str
  note: str = ""


FIGURES = (
  Figure(
    "elbo",
    "ELBO",
    "nats per image",
    "higher",
    "Evidence lower bound: minus the rate, minus the distortion.",
  ),
  Figure(
    "importance_weighted_bound",
    "Importance-weighted bound",
    "nats per image",
    "higher",
    "As log p(x) is estimated, but a bound of the cross-entropy: gray pixels"
    " have no probability.",
    "of a cross-entropy, {importance_samples} samples an image",
  ),
  Figure(
    "log_likelihood",
    "Log-likelihood",
    "nats per image",
    "higher",
    "log p(x), estimated by importance sampling from the posterior.",
    "{importance_samples} samples an image",
  ),
  Figure(
    "bits_per_dim",
    "Bits per dimension",
    "bits",
    "lower",
    "Minus log p(x), in bits for each pixel and channel.",
    "{dequantization} dequantization",
  ),
  Figure(
    "rate",
    "Rate",
    "nats per image",
    "",
    "KL(q(z|x) || p(z)): what the code says about its image.",
  ),
  Figure(
    "distortion",
    "Distortion",
    "nats per image",
    "lower",
    f"{MINUS}E[log p(x|z)]: what the code leaves unsaid about its image.",
  ),
  Figure(
    "reconstruction_mse",
    "Reconstruction error",
    "squared, per pixel",
    "lower",
    "Mean squared difference between images in [0, 1] and decoder means.",
  ),
  Figure(
    "active_units",
    "Active units",
    "",
    "",
    "Dimensions of the code whose posterior mean varies from image to image.",
    "of {code_size} dimensions",
  ),
  Figure(
    "kl_per_dimension",
    "KL per dimension",
    "nats per image",
    "",
    "What each dimension of the code adds to the rate.",
  ),
  Figure(
    "mmd",
    "MMD² to the prior",
    "",
    "lower",
    "Squared maximum mean discrepancy between all codes and the prior.",
    "{mmd_reference} expected of codes that follow it",
  ),
  Figure(
    "code_mean",
    "Mean of the codes",
    "",
    "",
    "Of all codes together; 0 if they follow a standard normal prior.",
  ),
  Figure(
    "code_covariance",
    "Covariance of the codes",
    "",
    "",
    "Of all codes together; the identity if they follow such a prior.",
  ),
  Figure(
    "knn_accuracy",
    "Nearest-neighbor accuracy",
    "%",
    "higher",
    "Images whose class the nearest codes of training images tell.",
    "{neighbors} neighbors",
  ),
  Figure(
    "probe_accuracy",
    "Linear-probe accuracy",
    "%",
    "higher",
    "Images whose class a linear classifier tells from the code.",
  ),
)

# The figures that sum a run up, the most telling first.
OVERVIEW = (
  "elbo",
  "importance_weighted_bound",
  "log_likelihood",
  "reconstruction_mse",
  "mmd",
  "active_units",
  "knn_accuracy",
)

# What an evaluation holds besides figures.
_CONTEXT = (
  "checkpoint",
  "code_size",
  "dataset",
  "dequantization",
  "images",
  "importance_samples",
  "mmd_kernel",
  "mmd_reference",
  "neighbors",
  "pixels",
  "provenance",
  "split",
  "step",
  "undefined",
  "warnings",
)


def figures_of(evaluations):
  """Returns the figures that are in any of the evaluations.

  Args:
    evaluations: dicts as of `ReportRun`.

  Returns:
    List of `Figure` in the order of the table. Those that the table does not
    know come last, under their names.
  """
  known = {figure.name for figure in FIGURES}
  names = [name for evaluation in evaluations for name in evaluation]
  names += [
    name
    for evaluation in evaluations
    for name in evaluation.get("undefined") or ()
  ]
  others = [
    Figure(name, name, "", "", "")
    for name in dict.fromkeys(names)
    if name not in known
    and name not in _CONTEXT
    and not name.endswith("_stderr")
  ]
  return [figure for figure in FIGURES if figure.name in names] + others


def describe_data(evaluation):
  """Returns which images an evaluation is of, as text; may be empty."""
  parts = []
  if evaluation.get("split"):
    dataset = evaluation.get("dataset") or ""
    parts.append(f"{dataset} {evaluation['split']} split".strip())
  if evaluation.get("images") is not None:
    count = evaluation["images"]
    parts.append(f"{count:,} image" if count == 1 else f"{count:,} images")
  if evaluation.get("pixels"):
    parts.append(f"{evaluation['pixels']} pixels")
  return ", ".join(parts)
