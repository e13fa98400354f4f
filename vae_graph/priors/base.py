"""What every prior offers; what one does not have is refused in a line."""

from typing import Any, Tuple

from vae_graph import errors
from vae_graph.compat import tf


class Prior:
  """A prior p(z) of codes `[code_size]`.

  A prior defines the underscored methods. `sample` has a name scope.

  Attributes:
    variables: tuple of those that it learns, made when the prior is made.
  """

  variables: Tuple[tf.Variable, ...] = ()

  @property
  def marginals(self):
    """The independent distributions of the dimensions, `[code_size]`.

    Raises:
      UnsupportedError: they are not independent.
    """
    raise self._missing("independent dimensions, which a closed form needs")

  def sample(self, n: Any, seed: Any) -> tf.Tensor:
    """Draws codes.

    Args:
      n: number of codes, an integer or scalar tensor.
      seed: integer tensor `[2]` or pair of integers.

    Returns:
      float32 `[n, code_size]`.

    Raises:
      UnsupportedError: this prior cannot.
    """
    with tf.name_scope("prior/sample"):
      return self._sample(n, seed)

  def log_prob(self, code: tf.Tensor) -> tf.Tensor:
    """Returns log p(z) in nats, `[...]` for codes `[..., code_size]`.

    Raises:
      UnsupportedError: this prior cannot.
    """
    # In no name scope of its own; see `Posterior`.
    return self._log_prob(code)

  def _sample(self, n, seed):
    raise self._missing("sample")

  def _log_prob(self, code):
    raise self._missing("log_prob")

  def _missing(self, what):
    return errors.UnsupportedError(
      f"prior {type(self).__name__} has no {what}; use one that has, such as"
      " standard_normal"
    )
