"""The configuration of an experiment: all that defines a run."""

import dataclasses

from vae_graph import errors
from vae_graph.config import combinations
from vae_graph.config.data import DataConfig
from vae_graph.config.model import ModelConfig
from vae_graph.config.objective import ObjectiveConfig
from vae_graph.config.session import SessionConfig
from vae_graph.config.training import TrainingConfig


@dataclasses.dataclass(frozen=True)
class ExperimentConfig:
  """All that defines a run but the shape of its images."""

  model: ModelConfig = ModelConfig()
  objective: ObjectiveConfig = ObjectiveConfig()
  data: DataConfig = DataConfig()
  training: TrainingConfig = TrainingConfig()
  session: SessionConfig = SessionConfig()

  def __post_init__(self):
    for part in dataclasses.fields(self):
      value = getattr(self, part.name)
      if not isinstance(value, part.type):
        raise errors.ConfigError(
          f"{part.name} must be of type {part.type.__name__}, found {value!r}"
        )
    combinations.check_objective(self.model, self.objective)
    combinations.check_data(self.model, self.data)

  def to_dict(self, unread=True):
    """Returns the settings as nested dicts of JSON types.

    Args:
      unread: whether those are in it that the chosen parts do not read.
    """
    return {
      part.name: getattr(self, part.name).to_dict(unread)
      for part in dataclasses.fields(self)
    }

  @classmethod
  def from_dict(cls, values):
    """Returns the configuration that `to_dict` turned into `values`."""
    parts = {part.name: part.type for part in dataclasses.fields(cls)}
    unknown = sorted(set(values) - set(parts))
    if unknown:
      raise errors.ConfigError(
        "unknown part {}; known: {}".format(
          ", ".join(unknown), ", ".join(parts)
        )
      )
    return cls(
      **{name: parts[name].from_dict(part) for name, part in values.items()}
    )
