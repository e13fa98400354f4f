"""Two processes that train together, by an optimizer that averages over a pipe.

It is to `vae_graph.train` what Horovod's `DistributedOptimizer` is, and
`BroadcastHook` what its `BroadcastGlobalVariablesHook` is.
"""

import contextlib
import multiprocessing

import vae_graph
from vae_graph.compat import tf

_SECONDS = 600


class AveragingOptimizer(tf.train.Optimizer):
  """Returns means over two ranks from `compute_gradients`."""

  def __init__(self, optimizer, rank, connection):
    super().__init__(use_locking=False, name="Averaging")
    self._optimizer = optimizer
    self._rank = rank
    self._connection = connection

  def compute_gradients(self, *args, **kwargs):
    pairs = self._optimizer.compute_gradients(*args, **kwargs)
    gradients = [tf.convert_to_tensor(each) for each, _ in pairs]
    means = tf.py_func(
      self._average, gradients, [each.dtype for each in gradients]
    )
    for mean, gradient in zip(means, gradients):
      mean.set_shape(gradient.shape)
    return [(mean, variable) for mean, (_, variable) in zip(means, pairs)]

  def apply_gradients(self, *args, **kwargs):
    return self._optimizer.apply_gradients(*args, **kwargs)

  def _average(self, *mine):
    # One sends while the other receives, or both would wait with a full pipe.
    if self._rank == 0:
      self._connection.send(mine)
    theirs = self._connection.recv()
    if self._rank == 1:
      self._connection.send(mine)
    return [(one + other) / 2 for one, other in zip(mine, theirs)]


class BroadcastHook(tf.train.SessionRunHook):
  """Gives rank 1 the variables of rank 0."""

  def __init__(self, rank, connection):
    self._rank = rank
    self._connection = connection

  def after_create_session(self, session, coord):
    variables = tf.global_variables()
    if self._rank == 0:
      self._connection.send(session.run(variables))
    else:
      for variable, value in zip(variables, self._connection.recv()):
        variable.load(value, session)


class LastVariables(tf.train.SessionRunHook):
  """Keeps the variables of the last step."""

  def next_step(self, step):
    return None

  def end(self, session):
    variables = tf.global_variables()
    values = session.run(variables)
    self.values = {
      variable.op.name: value for variable, value in zip(variables, values)
    }


class Rank:
  """What a job is given: `rank`, and the pipe to the other rank."""

  def __init__(self, rank, connection):
    self.rank = rank
    self.connection = connection

  def train(self, config, logdir, *, hooks=(), num_ranks=2, **settings):
    """Trains; returns the `TrainResult` and the last variables."""
    last = LastVariables()
    result = vae_graph.train(
      config,
      logdir,
      extra_hooks=[*hooks, last],
      wrap_optimizer=self.wrap,
      is_chief=self.rank == 0,
      **(dict(rank=self.rank, num_ranks=2) if num_ranks == 2 else {}),
      **settings,
    )
    return result, last.values

  def wrap(self, optimizer):
    return AveragingOptimizer(optimizer, self.rank, self.connection)

  def broadcast_hook(self):
    return BroadcastHook(self.rank, self.connection)


class TwoRanks:
  """Two processes that do jobs side by side; a context manager."""

  def __enter__(self):
    context = multiprocessing.get_context("spawn")
    ends = context.Pipe()
    self._jobs, self._processes = [], []
    for rank in (0, 1):
      mine, theirs = context.Pipe()
      process = context.Process(
        target=_work, args=(rank, theirs, ends), daemon=True
      )
      process.start()
      theirs.close()
      self._jobs.append(mine)
      self._processes.append(process)
    for end in ends:
      end.close()
    return self

  def __exit__(self, *exc_info):
    for jobs in self._jobs:
      jobs.close()
    for process in self._processes:
      process.terminate()
      process.join()

  def run(self, job, *arguments):
    """Has each rank call `job(rank, *arguments)`; returns what they return.

    An error that a job raises is returned.
    """
    for jobs in self._jobs:
      jobs.send((job, arguments))
    return [self._receive(jobs) for jobs in self._jobs]

  def _receive(self, jobs):
    if not jobs.poll(_SECONDS):
      raise TimeoutError("a rank waits for the other")
    return jobs.recv()


def _work(rank, jobs, ends):
  ends[1 - rank].close()
  with contextlib.suppress(EOFError):
    while True:
      job, arguments = jobs.recv()
      try:
        result = job(Rank(rank, ends[rank]), *arguments)
      except vae_graph.VaeGraphError as error:
        result = error
      except Exception as error:
        result = RuntimeError(str(error))  # Not all can be sent.
      jobs.send(result)
