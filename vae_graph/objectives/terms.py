"""What every objective returns.

rate       = E_q[log q(z|x) - log p(z)] = KL(q(z|x) || p(z))
distortion = -E_q[log p(x|z)]
elbo       = -(rate + distortion) <= log p(x)
"""

import typing
from typing import Any, Optional

from vae_graph.compat import tf


class ObjectiveTerms(typing.NamedTuple):
  """The parts of an objective.

  loss: float32 scalar, the batch mean of what is minimized.
  elbo: float32 `[batch]`, nats per image; None where the posterior has no
    density, and so no rate.
  rate: float32 `[batch]`, nats per image, or None likewise.
  distortion: float32 `[batch]`, nats per image.
  posterior: q(z|x) of the images, a `Posterior`.
  code: its samples, float32 `[batch, code_size]`; with `iwae`, `[k, batch,
    code_size]`.
  likelihood: p(x|z) at the code, a `Likelihood` of `batch` images; with `iwae`,
    of `k * batch`.
  """

  loss: tf.Tensor
  elbo: Optional[tf.Tensor]
  rate: Optional[tf.Tensor]
  distortion: tf.Tensor
  posterior: Any
  code: tf.Tensor
  likelihood: Any

  def defined(self):
    """Returns `{name: tensor}` of the loss and the terms that there are."""
    terms = {
      "loss": self.loss,
      "elbo": self.elbo,
      "rate": self.rate,
      "distortion": self.distortion,
    }
    return {name: term for name, term in terms.items() if term is not None}

  def means(self):
    """Returns their batch means, `{name: float32 scalar}`."""
    return {name: tf.reduce_mean(term) for name, term in self.defined().items()}


def add_weighted(loss, term, *, weight):
  """Adds a term to a loss, which is as it was where the weight is 0.

  So what has no weight may be infinite or NaN. Of a weight in the graph that
  holds for the value alone; the term's gradient must be finite all the same.

  Args:
    loss: float32 scalar.
    term: float32 scalar.
    weight: a number, or float32 scalar tensor.

  Returns:
    float32 scalar, loss + weight * term.
  """
  if tf.is_tensor(weight):
    return loss + tf.math.multiply_no_nan(term, weight)
  return loss + weight * term if weight else loss


def make_terms(loss, *, rate, distortion, posterior, code, likelihood):
  """Returns the `ObjectiveTerms` that follow from these.

  Args:
    loss: float32 scalar.
    rate: float32 `[batch]` in nats, or None.
    distortion: float32 `[batch]` in nats.
    posterior: that of the images, from which they were computed.
    code: its samples.
    likelihood: that at the code.
  """
  elbo = None if rate is None else -(rate + distortion)
  return ObjectiveTerms(
    loss, elbo, rate, distortion, posterior, code, likelihood
  )
