"""An evaluation as a record of metrics.jsonl, and in words.

Most figures are the objective's terms, `test_` or `train_` and then their name.
A model whose posterior has no density has no ELBO and no rate; it is judged by
its loss.
"""

import math


def make_record(step, *, epoch, test, train):
  """Returns the record of an evaluation.

  Args:
    step: the global step.
    epoch: passes over the training images, a float.
    test: `{name: mean over the test set}`, see `compute_split_terms`.
    train: `{name: mean since the last evaluation}` with `images_per_second`;
      empty before the first step.
  """
  record = {"step": step, "epoch": epoch}
  record.update({f"test_{name}": value for name, value in test.items()})
  for name, value in train.items():
    known = name == "images_per_second"
    record[name if known else f"train_{name}"] = value
  return record


def quality(record):
  """Returns the figure that is highest in the best of a run's records."""
  name, sign = ("elbo", 1) if "test_elbo" in record else ("loss", -1)
  # None is what metrics.jsonl has for a figure that is not finite.
  figure = record.get(f"test_{name}")
  return -math.inf if figure is None else sign * figure


def is_stale(history, patience):
  """Returns whether a run's last `patience` records brought no improvement.

  Args:
    history: the records of a run in the order of steps, as read from
      metrics.jsonl.
    patience: how many records; 0: never stale.
  """
  figures = [quality(record) for record in history]
  if not patience or len(figures) <= patience:
    return False
  return max(figures[-patience:]) <= max(figures[:-patience])


def quality_text(terms, prefix=""):
  """Returns the figure that tells a model's quality, as text.

  Args:
    terms: dict of figures.
    prefix: of their names, such as `test_`.
  """
  if f"{prefix}elbo" in terms:
    return f"ELBO {terms[f'{prefix}elbo']:.1f}"
  return f"loss {terms[f'{prefix}loss']:.4g}"


def line(record, last_step):
  """Returns a line of text about an evaluation.

  Args:
    record: the record.
    last_step: the global step at which training ends.
  """
  text = f"step {record['step']:,} of {last_step:,}"
  text += f" (epoch {record['epoch']:.4g}): "
  if "train_loss" in record:
    text += f"train {quality_text(record, 'train_')}, "
  text += f"test {quality_text(record, 'test_')} ("
  if "test_rate" in record:
    text += f"rate {record['test_rate']:.1f}, "
  text += f"distortion {record['test_distortion']:.1f})"
  if "images_per_second" in record:
    text += f" at {record['images_per_second']:,.0f} images/s"
  return text
