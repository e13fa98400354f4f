"""A run's model in a graph and a session of its own, with trained weights."""

import typing
from typing import Any, Optional, Tuple

from vae_graph.compat import tf
from vae_graph.config.experiment import ExperimentConfig
from vae_graph.config.session import SessionConfig
from vae_graph.runs.checkpoints import restore_from_run
from vae_graph.runs.directory import RunDirectory
from vae_graph.runtime.sessions import make_config_proto


class RestoredRun(typing.NamedTuple):
  """What `restore_run` opens.

  config: the `ExperimentConfig` of the run.
  image_shape: `(height, width)` or `(height, width, channels)`.
  built: what was built in the session's graph.
  session: a `tf.Session`, to be closed.
  checkpoint: path of the checkpoint, without `.index`.
  step: its global step; None in a checkpoint of another program.
  """

  config: ExperimentConfig
  image_shape: Tuple[int, ...]
  built: Any
  session: tf.Session
  checkpoint: str
  step: Optional[int]


def restore_run(logdir, build, *, checkpoint=None, session_config=None):
  """Builds the graph of a run's model, and restores weights into it.

  Args:
    logdir: the run directory.
    build: function of a `ModelConfig` and an image shape that builds in the
      default graph, and returns what has the `VAE` as its attribute `vae`.
    checkpoint: None for the latest, `best` for the best by test ELBO, a global
      step, or a path without `.index`. Where the run averages its weights
      (`ema_decay`), the averages are taken.
    session_config: a `SessionConfig`; by default TensorFlow decides.

  Returns:
    A `RestoredRun`.

  Raises:
    RunDirectoryError: there is no run, or it is damaged.
    CheckpointError: there is no such checkpoint, or it does not fit.
    DeviceError: `session_config` asks for a device that is not there.
  """
  run = RunDirectory(logdir)
  config, image_shape = run.settings()
  config_proto = make_config_proto(session_config or SessionConfig())
  with tf.Graph().as_default() as graph:
    built = build(config.model, image_shape)
    session = tf.Session(graph=graph, config=config_proto)
    try:
      path, step = restore_from_run(
        session,
        run,
        checkpoint=checkpoint,
        variables=built.vae.variables,
        averaged=config.training.ema_decay > 0,
      )
    except BaseException:
      session.close()
      raise
  return RestoredRun(config, image_shape, built, session, path, step)
