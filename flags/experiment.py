"""All flags of an experiment: what is trained, on what, how and where."""

from absl import flags

import vae_graph
from flags import data, model, session, training

for module in (data, model, session, training):
  flags.adopt_module_key_flags(module)


def experiment_config():
  """Returns the `ExperimentConfig` that the flags describe.

  Raises:
    ConfigError: settings contradict each other.
  """
  return vae_graph.ExperimentConfig(
    model=model.model_config(),
    objective=model.objective_config(),
    data=data.data_config(),
    training=training.training_config(),
    session=session.session_config(),
  )
