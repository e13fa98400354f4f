"""The names of a run's files."""

import os
from typing import Optional

from vae_graph.paths import LocalPath, local_path


class RunFiles:
  """Where the files of a run are. Nothing else knows their names.

  Args:
    path: the directory.

  Raises:
    ConfigError: it is no path of this machine; see `paths.local_path`.
  """

  def __init__(self, path: LocalPath) -> None:
    self.path = local_path(path, "logdir")

  @property
  def config_path(self) -> str:
    """The file `config.json`."""
    return self._join("config.json")

  @property
  def lock_path(self) -> str:
    """The file `trainer.lock`, which is there while the run is trained."""
    return self._join("trainer.lock")

  @property
  def flags_path(self) -> str:
    """The file `flags.txt`."""
    return self._join("flags.txt")

  @property
  def checkpoint_prefix(self) -> str:
    """The path of the latest checkpoints, without the step."""
    return self._join("model.ckpt")

  @property
  def best_folder(self) -> str:
    """The folder of the best checkpoint by test ELBO."""
    return self._join("best")

  @property
  def best_prefix(self) -> str:
    """The path of the best checkpoint, without the step."""
    return self._join("best", "model.ckpt")

  @property
  def best_metrics_path(self) -> str:
    """The file `best/metrics.json`, the record of the best checkpoint."""
    return self._join("best", "metrics.json")

  @property
  def metrics_path(self) -> str:
    """The file `metrics.jsonl`, a line for each evaluation in training."""
    return self._join("metrics.jsonl")

  @property
  def rollbacks_path(self) -> str:
    """The file `rollbacks.json`, the rollbacks of training."""
    return self._join("rollbacks.json")

  @property
  def train_events_folder(self) -> str:
    """The folder of TensorBoard events of training."""
    return self._join("events", "train")

  @property
  def test_events_folder(self) -> str:
    """The folder of TensorBoard events of evaluations in training."""
    return self._join("events", "test")

  @property
  def plots_folder(self) -> str:
    """The folder of the plots that training draws."""
    return self._join("plots")

  @property
  def evaluation_path(self) -> str:
    """The file `evaluation.json`, the last evaluation of a trained model."""
    return self._join("evaluation.json")

  @property
  def evaluations_path(self) -> str:
    """The file `evaluations.jsonl`, a line for each such evaluation."""
    return self._join("evaluations.jsonl")

  @property
  def imported_from_path(self) -> str:
    """The file `imported_from.json`, of a run that was imported."""
    return self._join("imported_from.json")

  @property
  def report_path(self) -> str:
    """The file `report.html`."""
    return self._join("report.html")

  def plot_path(self, name: str, step: Optional[int] = None) -> str:
    """Returns the PNG file of a plot.

    Args:
      name: of the plot, such as `codes`.
      step: the global step that it shows; None for the last plots.
    """
    folder = () if step is None else (f"step-{step:08d}",)
    return os.path.join(self.plots_folder, *folder, f"{name}.png")

  def _join(self, *names):
    return os.path.join(self.path, *names)
