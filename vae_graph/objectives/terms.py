"""What every objective returns.

rate       = E_q[log q(z|x) - log p(z)] = KL(q(z|x) || p(z))
distortion = -E_q[log p(x|z)]
elbo       = -(rate + distortion) <= log p(x)
"""

import typing
from typing import Optional

from vae_graph.compat import tf


class ObjectiveTerms(typing.NamedTuple):
  """The parts of an objective.

  loss: float32 scalar, the batch mean of what is minimized.
  elbo: float32 `[batch]`, nats per image; None where the posterior has no
    density, and so no rate.
  rate: float32 `[batch]`, nats per image, or None likewise.
  distortion: float32 `[batch]`, nats per image.
  """

  loss: tf.Tensor
  elbo: Optional[tf.Tensor]
  rate: Optional[tf.Tensor]
  distortion: tf.Tensor

  def defined(self):
    """Returns `{name: tensor}` of the terms that there are."""
    terms = self._asdict().items()
    return {name: term for name, term in terms if term is not None}

  def means(self):
    """Returns their batch means, `{name: float32 scalar}`."""
    return {name: tf.reduce_mean(term) for name, term in self.defined().items()}


def make_terms(loss, rate, distortion):
  """Returns the `ObjectiveTerms` that follow from these.

  Args:
    loss: float32 scalar.
    rate: float32 `[batch]` in nats, or None.
    distortion: float32 `[batch]` in nats.
  """
  elbo = None if rate is None else -(rate + distortion)
  return ObjectiveTerms(loss, elbo, rate, distortion)
