"""What every objective returns.

rate       = E_q[log q(z|x) - log p(z)] = KL(q(z|x) || p(z))
distortion = -E_q[log p(x|z)]
elbo       = -(rate + distortion) <= log p(x)
"""

import typing

from vae_graph.compat import tf


class ObjectiveTerms(typing.NamedTuple):
  """The parts of an objective.

  loss: float32 scalar, the batch mean of what is minimised.
  elbo: float32 `[batch]`, nats per image.
  rate: float32 `[batch]`, nats per image.
  distortion: float32 `[batch]`, nats per image.
  """

  loss: tf.Tensor
  elbo: tf.Tensor
  rate: tf.Tensor
  distortion: tf.Tensor
