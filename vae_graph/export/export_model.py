"""Export of a trained model, in whichever format."""

import contextlib
import functools
import importlib
import importlib.util
import os
import typing
from typing import Optional, Union

from vae_graph import errors
from vae_graph.compat import tf, versions
from vae_graph.config.export import ExportConfig
from vae_graph.export import manifest
from vae_graph.export.serving_graph import ServingGraph, build_serving_graph
from vae_graph.inference.output_files import try_output
from vae_graph.inference.output_folders import new_folder
from vae_graph.inference.restored_run import restore_run
from vae_graph.paths import LocalPath, local_path
from vae_graph.runtime.processes import use_tensorflow

_PACKAGE = __name__.rpartition(".")[0]


class TrainedGraph(typing.NamedTuple):
  """What a format writes.

  session: a `tf.Session` that holds the weights.
  serving_graph: the `ServingGraph`, of the session's graph.
  step: global step of the weights; None in a checkpoint of another program.
  """

  session: tf.Session
  serving_graph: ServingGraph
  step: Optional[int]


def export_model(
  logdir: LocalPath,
  export_dir: LocalPath,
  *,
  export_config: Optional[ExportConfig] = None,
  checkpoint: Union[None, int, LocalPath] = None,
) -> Optional[int]:
  """Exports the model of a run; docs/export.md says what comes of it.

  The run directory is only read. `export_dir` appears when it is complete.

  Args:
    logdir: the run directory.
    export_dir: the folder to make, which must not be there.
    export_config: an `ExportConfig`; by default a SavedModel.
    checkpoint: None for the latest, `best` for the best by test ELBO, a global
      step, or a path without `.index`. Where the run averages its weights
      (`ema_decay`), the averages are taken.

  Returns:
    The global step of the weights; None in a checkpoint of another program.

  Raises:
    ProcessError: this process was forked from one that has used TensorFlow.
    RunDirectoryError: there is no run, or it is damaged.
    CheckpointError: there is no such checkpoint, or it does not fit.
    OutputError: `export_dir` is there, or cannot be written.
    UnsupportedError: a part of the model draws random numbers by itself, or
      `target_tf` does not know an op, or what converts to the format is not
      there.
  """
  # The names above it are made, which `..` in it might leave behind.
  export_dir = os.path.abspath(local_path(export_dir, "export_dir"))
  if os.path.lexists(export_dir):
    raise errors.OutputError(
      f"{export_dir} is there already; remove it or choose another --export_dir"
    )
  export_config = export_config or ExportConfig()
  _check_converter(export_config.format)
  try_output(export_dir, is_folder=True, flag="--export_dir")
  with open_trained_graph(
    logdir,
    checkpoint=checkpoint,
    with_seeded=export_config.format == "saved_model",
  ) as trained_graph:
    with new_folder(export_dir, "--export_dir") as folder:
      write_export(folder, trained_graph, export_config=export_config)
  return trained_graph.step


def write_export(folder, trained_graph, *, export_config):
  """Writes an export into an empty folder; see `export_model`."""
  module = importlib.import_module(f"{_PACKAGE}.{export_config.format}")
  places = module.write(folder, trained_graph, export_config=export_config)
  manifest.write(
    folder, trained_graph, export_config=export_config, places=places
  )


@contextlib.contextmanager
def open_trained_graph(logdir, *, checkpoint=None, with_seeded=False):
  """Yields the `TrainedGraph` of a run; see `export_model`.

  Args:
    logdir: the run directory.
    checkpoint: as in `export_model`.
    with_seeded: as in `build_serving_graph`.
  """
  use_tensorflow("export_model")
  build = functools.partial(build_serving_graph, with_seeded=with_seeded)
  restored = restore_run(logdir, build, checkpoint=checkpoint)
  with restored.session as session:
    yield TrainedGraph(session, restored.built, restored.step)


def _check_converter(export_format):
  """Raises where what converts to a format is not there."""
  version = versions()["tensorflow"]
  if export_format in ("onnx", "tflite") and version.startswith("1."):
    raise errors.UnsupportedError(
      f"format {export_format} needs the converter of TensorFlow 2, found"
      f" TensorFlow {version}; export there, where the same run can be read"
    )
  if export_format == "onnx" and importlib.util.find_spec("tf2onnx") is None:
    raise errors.UnsupportedError(
      "format onnx needs tf2onnx, which is not installed; pip install tf2onnx"
    )
