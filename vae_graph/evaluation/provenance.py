"""What the figures of an evaluation are of, so that none passes for others."""

from vae_graph.data.fingerprint import dataset_fingerprint


def provenance(model, dataset, *, evaluation_config):
  """Returns all that the figures of an evaluation follow from.

  Args:
    model: a `TrainedModel`.
    dataset: the `Dataset` of images as the model observes them.
    evaluation_config: an `EvaluationConfig`.

  Returns:
    A dict of JSON types: a fingerprint of the `weights` and whether they are
    `averaged`, that of the `data` as of `dataset_fingerprint`, and the
    `settings`. Equal ones give the same figures.
  """
  return {
    "weights": model.weights_fingerprint(),
    "averaged": model.config.training.ema_decay > 0,
    "data": dataset_fingerprint(dataset),
    "settings": evaluation_config.to_dict(),
  }
