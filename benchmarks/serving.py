r"""Loads exports, and answers requests from several threads for a while.

    python -m benchmarks.serving --logdir=runs/quickstart

Exports a run as SavedModel, frozen graph and ONNX, and asks the signature
`score` of each for batches of 1 to 256 images, as many requests at a time as
there are threads. A line for each format tells the requests and images
answered, the median and the 99th percentile of the time of a request, and the
memory that the process holds after each sixth of the time: of a process of its
own, --formats=frozen, it should be flat. Any error ends the benchmark.
"""

import concurrent.futures
import ctypes
import os
import tempfile
import time

import numpy as np
from absl import app
from absl import flags as absl_flags

# Before TensorFlow is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import vae_graph
from vae_graph.compat import tf

_LOGDIR = absl_flags.DEFINE_string("logdir", None, "Folder of the run.")
_FORMATS = absl_flags.DEFINE_list(
  "formats", ["saved_model", "frozen", "onnx"], "What to export and to ask."
)
_SECONDS = absl_flags.DEFINE_float("seconds", 60, "Seconds of each format.")
_THREADS = absl_flags.DEFINE_integer("threads", 8, "Requests at a time.")

_SIGNATURE = "score"
_MAX_BATCH = 256
_MEMORY_READINGS = 6


def main(argv):
  """Measures and prints."""
  del argv
  config, image_shape = vae_graph.RunDirectory(_LOGDIR.value).settings()
  random = np.random.RandomState(0)
  images = random.rand(_MAX_BATCH, *image_shape).astype(np.float32)
  noise = random.randn(_MAX_BATCH, config.model.code_size).astype(np.float32)
  for name in _FORMATS.value:
    with tempfile.TemporaryDirectory() as folder:
      export_dir = os.path.join(folder, name)
      vae_graph.export_model(
        _LOGDIR.value, export_dir, export_config=vae_graph.ExportConfig(name)
      )
      ask = _LOADERS[name](export_dir)
      print(f"{name}: {_measure(ask, images, noise)}", flush=True)


def _measure(ask, images, noise):
  """Asks from all threads; returns what came of it in words."""
  start = time.time()
  end = start + _SECONDS.value

  def work(seed):
    random, answered = np.random.RandomState(seed), []
    while time.time() < end:
      batch = random.randint(1, _MAX_BATCH + 1)
      asked = time.time()
      elbo = ask(images[:batch], noise[:batch])
      answered.append((time.time() - asked, batch))
      if elbo.shape != (batch,) or not np.isfinite(elbo).all():
        raise AssertionError(f"{batch} images were answered by {elbo}")
    return answered

  with concurrent.futures.ThreadPoolExecutor(_THREADS.value) as pool:
    futures = [pool.submit(work, seed) for seed in range(_THREADS.value)]
    memory = []
    for _ in range(_MEMORY_READINGS):
      time.sleep(_SECONDS.value / _MEMORY_READINGS)
      memory.append(f"{_memory():.0f}")
    answered = [each for future in futures for each in future.result()]
  times, batches = np.array(answered).T
  median, slow = np.percentile(times * 1000, [50, 99])
  return (
    f"{len(times):,} requests, {int(batches.sum()):,} images, p50"
    f" {median:.1f} ms, p99 {slow:.1f} ms, memory {', '.join(memory)} MiB"
  )


def _memory():
  """Returns the resident memory of this process in MiB, on Linux."""
  # What the allocator keeps of freed memory is not what the process holds.
  ctypes.CDLL("libc.so.6").malloc_trim(0)
  with open("/proc/self/statm", encoding="ascii") as file:
    return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _load_saved_model(folder):
  session = tf.Session(graph=tf.Graph())
  with session.graph.as_default():
    tf.saved_model.loader.load(session, ["serve"], folder)
  return _ask_session(session)


def _load_frozen(folder):
  graph_def = tf.GraphDef()
  with open(os.path.join(folder, "frozen.pb"), "rb") as file:
    graph_def.ParseFromString(file.read())
  session = tf.Session(graph=tf.Graph())
  with session.graph.as_default():
    tf.import_graph_def(graph_def, name="")
  return _ask_session(session)


def _ask_session(session):
  """Returns a function of images and noise; `tf.Session` runs the C API."""
  return session.make_callable(
    f"{_SIGNATURE}/elbo:0",
    [f"{_SIGNATURE}/images:0", f"{_SIGNATURE}/noise:0"],
  )


def _load_onnx(folder):
  import onnxruntime  # Not of every environment.

  session = onnxruntime.InferenceSession(
    os.path.join(folder, f"{_SIGNATURE}.onnx"),
    providers=["CPUExecutionProvider"],
  )

  def ask(images, noise):
    feed = {f"{_SIGNATURE}/images:0": images, f"{_SIGNATURE}/noise:0": noise}
    return session.run([f"{_SIGNATURE}/elbo:0"], feed)[0]

  return ask


_LOADERS = {
  "saved_model": _load_saved_model,
  "frozen": _load_frozen,
  "onnx": _load_onnx,
}


if __name__ == "__main__":
  absl_flags.mark_flag_as_required("logdir")
  app.run(main)
