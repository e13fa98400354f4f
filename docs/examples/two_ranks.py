"""Trains one run in two processes, which average their gradients.

The averaging here goes over a pipe; in earnest it is Horovod's:

    hvd.init()
    vae_graph.train(
      config,
      logdir,
      wrap_optimizer=hvd.DistributedOptimizer,
      rank=hvd.rank(),
      num_ranks=hvd.size(),
    )

Each rank makes its part of a batch of `batch_size` images. Rank 0, the chief,
writes the run directory; the other leaves nothing on disk.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    rank 0: step 20, writes: True
    rank 1: step 20, writes: False
    test ELBO N nats per image
"""

import multiprocessing

import tensorflow.compat.v1 as tf

import vae_graph


class AveragingOptimizer(tf.train.Optimizer):
  """Averages gradients over two processes, as Horovod does over many."""

  def __init__(self, optimizer, rank, pipe):
    super().__init__(use_locking=False, name="Averaging")
    self._optimizer = optimizer
    self._rank = rank
    self._pipe = pipe

  def compute_gradients(self, *args, **kwargs):
    """Returns (mean gradient, variable) pairs."""
    gradients, variables = zip(
      *self._optimizer.compute_gradients(*args, **kwargs)
    )
    means = tf.py_func(self._mean, gradients, [x.dtype for x in gradients])
    for mean, gradient in zip(means, gradients):
      mean.set_shape(gradient.shape)
    return list(zip(means, variables))

  def apply_gradients(self, *args, **kwargs):
    """As of the optimizer."""
    return self._optimizer.apply_gradients(*args, **kwargs)

  def _mean(self, *mine):
    # One sends while the other receives, or both would wait with a full pipe.
    if self._rank == 0:
      self._pipe.send(mine)
    theirs = self._pipe.recv()
    if self._rank == 1:
      self._pipe.send(mine)
    return [(one + other) / 2 for one, other in zip(mine, theirs)]


def train(rank, pipe, results):
  config = vae_graph.ExperimentConfig(
    training=vae_graph.TrainingConfig(train_steps=20, batch_size=100)
  )
  result = vae_graph.train(
    config,
    "runs/two_ranks",
    wrap_optimizer=lambda optimizer: AveragingOptimizer(optimizer, rank, pipe),
    rank=rank,
    num_ranks=2,
  )
  results.put((rank, result))


def main():
  # TensorFlow does not outlive a fork.
  context = multiprocessing.get_context("spawn")
  results = context.SimpleQueue()
  processes = [
    context.Process(target=train, args=(rank, pipe, results))
    for rank, pipe in enumerate(context.Pipe())
  ]
  for process in processes:
    process.start()
  ends = sorted(results.get() for _ in processes)
  for process in processes:
    process.join()
  for rank, result in ends:
    writes = result.metrics is not None
    print(f"rank {rank}: step {result.step}, writes: {writes}")
  elbo = ends[0][1].metrics["test_elbo"]
  print(f"test ELBO {elbo:.2f} nats per image")


if __name__ == "__main__":
  main()
