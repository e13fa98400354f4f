"""A program of somebody's own, as mypy has to see its types; never run.

`make lint` checks it. Each line with an `ignore` is one that mypy must refuse.
"""

from typing import Any, Dict, List, Optional, Tuple

import numpy as np

import vae_graph
from vae_graph import errors


def configure() -> vae_graph.ExperimentConfig:
  model_config = vae_graph.ModelConfig(hidden_units=(200, 200), code_size=2)
  units: Tuple[int, ...] = model_config.hidden_units
  model_config.code_size.upper()  # type: ignore[attr-defined]
  model_config.code_size = 3  # type: ignore[misc]
  vae_graph.ModelConfig(code_sise=len(units))  # type: ignore[call-arg]
  read = vae_graph.define_flags(vae_graph.TrainingConfig, prefix="vae_")
  return vae_graph.ExperimentConfig(model=model_config, training=read())


def train(logdir: str) -> int:
  result = vae_graph.train(configure(), logdir)
  vae_graph.train(configure(), logdir, steps=3)  # type: ignore[call-arg]
  metrics: Optional[Dict[str, Any]] = result.metrics
  if metrics is None:
    raise errors.RunDirectoryError("no metrics")
  return result.step


def use(logdir: str, images: np.ndarray) -> np.ndarray:
  with vae_graph.TrainedModel(logdir, checkpoint="best") as model:
    mean: np.ndarray = model.encode(images).mean
    print(model.encode(images).median)  # type: ignore[attr-defined]
    model.decode(mean).mean()
    size: int = model.config.model.code_size
    model.sample("3")  # type: ignore[arg-type]
    score = model.score(images, importance_samples=size)
    return score.log_likelihood + model.distortion(images)


def embed(images: object, code: object) -> Tuple[object, object]:
  vae = vae_graph.VAE(vae_graph.ModelConfig(), (28, 28))
  terms = vae_graph.elbo(vae, images, seed=vae_graph.step_seed(0, 3))
  print(terms.lose)  # type: ignore[attr-defined]
  restore = vae_graph.restore_by_name("model.ckpt", vae.variables)
  restore(None)
  return vae.decode(code).mean(), terms.loss


def measure(logdir: str) -> List[str]:
  run = vae_graph.RunDirectory.load(logdir)
  data_config = run.settings().config.data
  dataset = vae_graph.load_observed_dataset(data_config)
  evaluation = vae_graph.evaluate_run(logdir, dataset, keep=False)
  page = vae_graph.make_report_run(logdir, "a")
  vae_graph.write_report(run.report_path, [page])
  step: Optional[int] = vae_graph.export_model(logdir, "model/1")
  try:
    shape: Tuple[int, ...] = dataset.image_shape
  except vae_graph.VaeGraphError as error:
    print(error.exit_code + 1, shape, step)
  print(vae_graph.no_such_name)  # type: ignore[attr-defined]
  return vae_graph.evaluation_table(evaluation).splitlines()
