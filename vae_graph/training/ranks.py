"""Ranks: processes that train one model together, each on its part of a batch.

    batch [100, ...] -> rank 0: rows 0 to 49  -> gradients \
                                                            mean -> each updates
                     -> rank 1: rows 50 to 99 -> gradients /

So a rank is a tower in a process of its own: weights, noise, order of batches
and training figures are those of one process with the whole batch, but for
rounding. The ranks have nothing in common but an optimizer whose
`compute_gradients` returns the mean over all ranks, as Horovod's
`DistributedOptimizer` does; see `ballot` for what else they agree on.
"""

import typing
from typing import Any, Callable

from vae_graph import errors
from vae_graph.config.combinations import whole_batch_part
from vae_graph.randomness import BatchSeed


class Ranks(typing.NamedTuple):
  """What a process is among those that train together.

  is_chief: whether it writes the run directory.
  rank: its index.
  num_ranks: how many there are.
  wrap_optimizer: function of a `tf.train.Optimizer` that returns another.
  """

  is_chief: bool = True
  rank: int = 0
  num_ranks: int = 1
  wrap_optimizer: Callable[[Any], Any] = lambda optimizer: optimizer


def make_ranks(experiment_config, *, wrap_optimizer, is_chief, rank, num_ranks):
  """Returns the `Ranks` that the arguments of `train` ask for.

  Args:
    experiment_config: an `ExperimentConfig`.
    wrap_optimizer: as in `Ranks`, or None.
    is_chief: as in `Ranks`; None: rank 0 is.
    rank: as in `Ranks`.
    num_ranks: as in `Ranks`.

  Raises:
    ConfigError: they contradict each other or the configuration.
  """
  if not 0 <= rank < num_ranks:
    raise errors.ConfigError(
      f"rank must be one of 0 to num_ranks - 1, found rank {rank} and num_ranks"
      f" {num_ranks}"
    )
  is_chief = rank == 0 if is_chief is None else is_chief
  training_config = experiment_config.training
  if num_ranks > 1:
    if wrap_optimizer is None:
      raise errors.ConfigError(
        f"{num_ranks} ranks need a wrap_optimizer that averages their"
        " gradients, such as Horovod's DistributedOptimizer"
      )
    whole = whole_batch_part(experiment_config.objective)
    if whole:
      raise errors.ConfigError(
        f"{whole} is of a whole batch, which {num_ranks} ranks would divide;"
        " train it in one process"
      )
    if training_config.batch_size % num_ranks:
      raise errors.ConfigError(
        "batch_size is of all ranks together and must be a multiple of their"
        f" number, {num_ranks}, found {training_config.batch_size}"
      )
  if training_config.on_nan == "rollback" and (num_ranks > 1 or not is_chief):
    raise errors.ConfigError(
      "on_nan=rollback is for a run of one process; with several ranks use"
      " on_nan=stop"
    )
  ranks = Ranks(is_chief, rank, num_ranks)
  if wrap_optimizer is None:
    return ranks
  return ranks._replace(wrap_optimizer=_checked(wrap_optimizer))


def _checked(wrap_optimizer):
  """Returns the function, which then refuses to return what is no optimizer."""
  if not callable(wrap_optimizer):
    raise errors.ConfigError(
      "wrap_optimizer must be a function, such as hvd.DistributedOptimizer,"
      f" found {wrap_optimizer!r}"
    )

  def wrap(optimizer):
    wrapped = wrap_optimizer(optimizer)
    for name in ("compute_gradients", "apply_gradients"):
      if not callable(getattr(wrapped, name, None)):
        raise errors.ConfigError(
          f"wrap_optimizer must return a tf.train.Optimizer, found {wrapped!r},"
          f" which has no {name}"
        )
    return wrapped

  return wrap


class Share(typing.NamedTuple):
  """The rows of a batch that a process has.

  rows: which they are, a slice.
  total: rows of the whole batch.
  """

  rows: slice
  total: int

  def seed(self, seed):
    """Returns the seed by which these rows get the noise of the whole batch.

    Args:
      seed: integer tensor `[2]`, of the whole batch; or a `BatchSeed` of some
        rows of the share.
    """
    if self.rows == slice(0, self.total):
      return seed
    if not isinstance(seed, BatchSeed):
      return BatchSeed(seed, self.rows.start, self.total)
    start = self.rows.start + seed.start
    return seed._replace(start=start, total=self.total)


def share_of(ranks, batch_size):
  """Returns a rank's `Share` of batches."""
  size = batch_size // ranks.num_ranks
  first = ranks.rank * size
  return Share(slice(first, first + size), batch_size)
