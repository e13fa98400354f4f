"""Reports of runs: the figures and pictures of each, and the file of all."""

import logging
import os
import tempfile
from typing import Any, Callable, Optional, Sequence

from vae_graph import errors, files, plots
from vae_graph.config import DataConfig, SessionConfig
from vae_graph.config.evaluation import EvaluationConfig
from vae_graph.config.generation import GenerationConfig
from vae_graph.evaluation.evaluate_model import evaluate_model
from vae_graph.evaluation.provenance import provenance
from vae_graph.inference.generated_files import generate
from vae_graph.inference.output_files import writing
from vae_graph.inference.reconstructed_files import reconstruct
from vae_graph.inference.run_images import RunImages
from vae_graph.inference.trained_model import TrainedModel
from vae_graph.paths import LocalPath, local_path
from vae_graph.report import Picture, ReportRun, build_report
from vae_graph.runs.directory import RunDirectory

_LOGGER = logging.getLogger(__name__)
# Pictures that stand side by side show less than those of scripts.generate, so
# that their texts remain readable.
_GENERATION = GenerationConfig(num_samples=60, grid_size=15, steps=7)
_MOST_CODES = 10000
_RECONSTRUCTIONS = 8

_PICTURES = (
  ("codes", "Codes", "Posterior means of test images."),
  (
    "manifold",
    "Latent plane",
    "Decoder means of codes at equal steps of the prior's probability.",
  ),
  ("samples", "Samples", "Decoder means of samples from the prior."),
  (
    "reconstructions",
    "Reconstructions",
    "Test images, the decoder's mean at the code, and a sample of p(x|z).",
  ),
  (
    "traversals",
    "Traversals",
    "One dimension of the code from low to high, the others held still.",
  ),
  (
    "interpolation",
    "Interpolations",
    "Straight and spherical interpolation between the codes of two images.",
  ),
  (
    "kl_bars",
    "KL per dimension",
    "What each dimension of the code says about an image.",
  ),
)
_OF_CLASSES = " They are colored by class."


def make_report_run(
  logdir: LocalPath,
  name: str,
  *,
  evaluation_config: Optional[EvaluationConfig] = None,
  data_config: Optional[DataConfig] = None,
  session_config: Optional[SessionConfig] = None,
  progress: Optional[Callable[[int], Any]] = None,
) -> ReportRun:
  """Evaluates a run's latest checkpoint and draws its pictures.

  Args:
    logdir: the run directory, where the evaluation is kept. One that cannot be
      written is told by a warning, and the figures serve the report alone.
    name: what to call the run.
    evaluation_config: an `EvaluationConfig`; by default one of its defaults.
      Figures are taken from `evaluation.json` where these weights, images and
      settings gave them.
    data_config: a `DataConfig`; by default the run's.
    session_config: a `SessionConfig`.
    progress: see `evaluate_model`.

  Returns:
    A `ReportRun`, for `build_report`.

  Raises:
    VaeGraphError: the run, its checkpoint or its data set cannot be used.
  """
  run = RunDirectory(logdir)
  with TrainedModel(logdir, session_config=session_config) as model:
    run_images = RunImages(
      data_config or model.config.data, image_shape=model.image_shape
    )
    evaluation = _evaluation(
      run,
      model,
      dataset=run_images.dataset,
      evaluation_config=evaluation_config or EvaluationConfig(),
      progress=progress,
    )
    with tempfile.TemporaryDirectory() as folder:
      _draw(model, run_images, folder=folder, evaluation=evaluation)
      has_labels = run_images.dataset.test.labels is not None
      pictures = _read_pictures(folder, has_labels)
    return ReportRun(
      name,
      model.config.to_dict(unread=False),
      run.read_metrics(),
      evaluation,
      pictures,
      run.read_imported_from(),
    )


def write_report(
  path: LocalPath,
  runs: Sequence[ReportRun],
  *,
  title: str = "Variational autoencoders",
) -> None:
  """Writes a report of one run, or of several side by side, as an HTML file.

  Args:
    path: the file; its folder is made if it is missing.
    runs: `ReportRun`s, each with a name of its own; see `make_report_run`.
    title: of the page.

  Raises:
    ConfigError: `path` is no path of this machine.
    OutputError: it cannot be written.
  """
  path = local_path(path, "path")
  with writing(path):
    files.write_atomically(path, build_report(runs, title=title))


def _evaluation(run, model, *, dataset, evaluation_config, progress):
  """Returns the evaluation of a model: the one that is kept, or a new one."""
  kept = {}
  try:
    kept = run.read_evaluation() or {}
  except errors.RunDirectoryError as error:
    _LOGGER.warning("%s; the run is evaluated anew", error)
  wanted = provenance(model, dataset, evaluation_config=evaluation_config)
  if kept.get("provenance") == wanted:
    return kept
  evaluation = evaluate_model(
    model, dataset, evaluation_config=evaluation_config, progress=progress
  )
  try:
    run.write_evaluation(evaluation)
  except errors.RunDirectoryError as error:
    _LOGGER.warning("the report's figures are not kept: %s", error)
  return evaluation


def _draw(model, run_images, *, folder, evaluation):
  """Draws all pictures into a folder."""
  test = run_images.split("test", at_most=_MOST_CODES)
  generate(model, run_images, folder=folder, generation_config=_GENERATION)
  path = {
    name: os.path.join(folder, f"{name}.png")
    for name in ("codes", "reconstructions", "kl_bars")
  }
  codes = model.encode(test.images).mean
  plots.plot_codes(
    path["codes"], codes, labels=test.labels, class_names=test.class_names
  )
  few = test.images[:_RECONSTRUCTIONS]
  reconstructions = reconstruct(model, few)
  plots.plot_reconstructions(
    path["reconstructions"],
    few,
    reconstructions=reconstructions.mean,
    samples=reconstructions.sample,
  )
  if evaluation.get("kl_per_dimension"):
    plots.plot_kl_bars(path["kl_bars"], evaluation["kl_per_dimension"])


def _read_pictures(folder, has_labels):
  """Returns the `Picture`s that a folder holds."""
  pictures = []
  for name, title, caption in _PICTURES:
    path = os.path.join(folder, f"{name}.png")
    if name == "codes" and has_labels:
      caption += _OF_CLASSES
    if os.path.exists(path):
      with open(path, "rb") as file:
        pictures.append(Picture(title, caption, file.read()))
  return pictures
