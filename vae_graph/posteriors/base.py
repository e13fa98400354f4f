"""What every posterior offers; what one does not have is refused in a line."""

from typing import Any, Optional, Sequence, Tuple

from vae_graph import errors
from vae_graph.compat import tf


class Posterior:
  """An approximate posterior q(z|x), of codes `[batch, code_size]`.

  A posterior defines `mean` and the underscored methods that it can. It makes
  its variables when it is made, as the encoder's template is left then.

  Divergences are in name scopes of their own, log-densities in that of whoever
  asks: TensorFlow's graph optimizer sums the terms of a loss in another order
  where a scope divides them, and weights would not be the same bit for bit.

  Attributes:
    mean: float32 `[batch, code_size]`; where it has no closed form, a code in
      the middle.
    stddev: float32 `[batch, code_size]`; None where there is no closed form.
  """

  mean: tf.Tensor
  stddev: Optional[tf.Tensor] = None

  def sample_and_log_prob(
    self, seed: Any, sample_shape: Sequence[int] = ()
  ) -> Tuple[tf.Tensor, Optional[tf.Tensor]]:
    """Draws codes and evaluates their log-density.

    Args:
      seed: integer tensor `[2]` or `BatchSeed`, see `randomness.step_seed`.
      sample_shape: leading dimensions to draw independently.

    Returns:
      codes float32 `[*sample_shape, batch, code_size]`, and log q(z|x) in nats
      `[*sample_shape, batch]`, or None where there is no density.

    Raises:
      UnsupportedError: this posterior cannot.
    """
    return self._sample_and_log_prob(seed, sample_shape)

  def log_prob(self, code: tf.Tensor) -> tf.Tensor:
    """Returns log q(z|x) in nats, `[..., batch]`.

    Args:
      code: float32 `[..., batch, code_size]`, from anywhere.

    Raises:
      UnsupportedError: the density is not known of any code.
    """
    return self._log_prob(code)

  def kl_divergence(self, prior: Any) -> tf.Tensor:
    """Returns KL(q(z|x) || p(z)) in nats, `[batch]`.

    Args:
      prior: one for which there is a closed form.

    Raises:
      UnsupportedError: there is none.
    """
    with tf.name_scope("posterior/kl_divergence"):
      return self._kl_divergence(prior)

  def kl_divergence_per_dimension(self, prior: Any) -> tf.Tensor:
    """Returns what each dimension adds to it in nats, `[batch, code_size]`.

    Args:
      prior: one whose `marginals` are independent.

    Raises:
      UnsupportedError: the dimensions are not independent, or there is no
        closed form.
    """
    with tf.name_scope("posterior/kl_divergence_per_dimension"):
      return self._kl_divergence_per_dimension(prior)

  def _sample_and_log_prob(self, seed, sample_shape):
    raise self._missing("sample_and_log_prob")

  def _log_prob(self, code):
    raise self._missing("log_prob of any code")

  def _kl_divergence(self, prior):
    parts = self.kl_divergence_per_dimension(prior)
    return tf.reduce_sum(parts, axis=-1)

  def _kl_divergence_per_dimension(self, prior):
    raise self._missing("KL divergence per dimension in closed form")

  def _missing(self, what):
    return errors.UnsupportedError(
      f"posterior {type(self).__name__} has no {what}; use one that has, such"
      " as diagonal"
    )
