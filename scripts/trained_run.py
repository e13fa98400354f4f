"""Opens the run that the flags name, for the binaries that use its model."""

import contextlib
import os

from flags import images, inference, session
from vae_graph.config import session_presets


@contextlib.contextmanager
def open_run():
  """Yields the `TrainedModel` and the `RunImages` that the flags describe.

  Raises:
    VaeGraphError: see `TrainedModel`.
  """
  logdir = inference.logdir()
  session_config = session.session_config()
  os.environ.update(session_presets.environment(session_config))
  # Not before: these start TensorFlow.
  from vae_graph.inference.run_images import RunImages
  from vae_graph.inference.trained_model import TrainedModel

  with TrainedModel(logdir, inference.checkpoint(), session_config) as model:
    yield (
      model,
      RunImages(
        inference.data_config(model.config.data),
        model.image_shape,
        images.RESIZE.value,
        images.SEED.value,
      ),
    )
