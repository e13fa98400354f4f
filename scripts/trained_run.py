"""The run that the flags name, opened for the binaries that use its model."""

import contextlib
import os

import vae_graph
from flags import images, inference, run_data, runs, session


@contextlib.contextmanager
def open_run(output):
  """Yields the `TrainedModel` and the `RunImages` that the flags describe.

  Args:
    output: where the binary will write.

  Raises:
    ConfigError: `output` is among the images of the run's data set.
    VaeGraphError: see `TrainedModel`.
  """
  logdir = runs.logdir()
  session_config = session.session_config()
  os.environ.update(vae_graph.session_environment(session_config))
  with vae_graph.TrainedModel(
    logdir, checkpoint=inference.checkpoint(), session_config=session_config
  ) as model:
    data_config = run_data.data_config(model.config.data)
    vae_graph.check_outside_data(output, data_config, name="output")
    yield (
      model,
      vae_graph.RunImages(
        data_config,
        image_shape=model.image_shape,
        resize=images.resize(model.image_shape),
        background=images.background(),
        seed=images.seed(),
      ),
    )
