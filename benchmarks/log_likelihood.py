r"""Times importance sampling against its matrix products alone.

    python -m benchmarks.log_likelihood
    python -m benchmarks.log_likelihood --threads=1

The time to estimate log p(x) of a few digits with the dense network, over the
time that the floating point operations of its decoder's matrix products take at
the speed of one large product. Both are measured in turns and the best of each
counts; they last about as long as each other, so that neither is likelier to
find a shared machine idle. The seconds of all cores together are compared too,
which other programs make no longer. The weights are random, for time does not
depend on them.
"""

import os
import resource
import time
import typing

from absl import app
from absl import flags as absl_flags

# Before TensorFlow is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import vae_graph
from vae_graph.compat import tf, versions
from vae_graph.inference import importance_sampling

_IMAGES = absl_flags.DEFINE_integer("images", 8, "Images in a repeat.")
_SAMPLES = absl_flags.DEFINE_integer("samples", 5000, "Samples of an image.")
_REPEATS = absl_flags.DEFINE_integer("repeats", 30, "Repeats of each.")
_THREADS = absl_flags.DEFINE_integer(
  "threads", 0, "Threads of TensorFlow; 0: as it decides."
)

# Height and width of the matrices whose product shows the machine's peak.
_PEAK_SIZE = 2048
_WHOLE_TEST_SET = 10000


def main(argv):
  """Measures and prints."""
  del argv
  config = tf.ConfigProto(
    intra_op_parallelism_threads=_THREADS.value,
    inter_op_parallelism_threads=_THREADS.value,
  )
  dataset = vae_graph.load_dataset(vae_graph.DataConfig())
  images = dataset.test.images[: _IMAGES.value]
  with tf.Graph().as_default():
    vae = vae_graph.VAE(vae_graph.ModelConfig(), dataset.image_shape)
    estimation_graph = importance_sampling.build_estimation(vae)
    matrix = tf.Variable(
      tf.random.stateless_normal([_PEAK_SIZE, _PEAK_SIZE], (1, 2)),
      use_resource=True,
    )
    product = tf.matmul(matrix, matrix)[0, 0]
    with tf.Session(config=config) as session:
      session.run(tf.global_variables_initializer())
      peak_times, times = _best_times(
        lambda: session.run(product),
        lambda: importance_sampling.estimate(
          session,
          estimation_graph,
          images=images,
          num_samples=_SAMPLES.value,
        ),
      )
    flops = _decoder_flops(vae)
  work = len(images) * _SAMPLES.value * flops
  peak = 2 * _PEAK_SIZE**3 / peak_times.wall
  ratio, cpu_ratio = (
    seconds / (peak_seconds * work / (2 * _PEAK_SIZE**3))
    for seconds, peak_seconds in zip(times, peak_times)
  )
  minutes = times.wall / len(images) * _WHOLE_TEST_SET / 60
  # Linux counts in KiB.
  rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
  print(
    f"TensorFlow {versions()['tensorflow']}, {len(images)} images,"
    f" {_SAMPLES.value} samples each, {_THREADS.value or 'all'} threads"
  )
  print(f"peak of a matrix product  {peak / 1e9:.0f} GFLOP/s")
  print(f"time / products at peak   {ratio:.2f}, of all cores {cpu_ratio:.2f}")
  print(f"{_WHOLE_TEST_SET:,} images would take {minutes:.1f} minutes")
  print(f"largest resident memory   {rss:.2f} GiB")


class _Times(typing.NamedTuple):
  """Seconds: on the clock, and of all cores together."""

  wall: float
  cores: float


def _best_times(*functions):
  """Returns the least `_Times` that each function took, called in turns."""
  for function in functions:
    function()
  best = [_Times(float("inf"), float("inf"))] * len(functions)
  for _ in range(_REPEATS.value):
    for index, function in enumerate(functions):
      start = time.perf_counter(), time.process_time()
      function()
      taken = time.perf_counter() - start[0], time.process_time() - start[1]
      best[index] = _Times(*map(min, best[index], taken))
  return best


def _decoder_flops(vae):
  """Returns the operations of the decoder's matrix products for a code."""
  kernels = [
    variable.shape.num_elements()
    for variable in vae.variables
    if variable.op.name.startswith("decoder")
    and variable.op.name.endswith("kernel")
  ]
  return 2 * sum(int(size) for size in kernels)


if __name__ == "__main__":
  app.run(main)
