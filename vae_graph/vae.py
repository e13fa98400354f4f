"""The variational autoencoder: an encoder, a decoder and a prior.

images [batch, 28, 28] --encode--> posterior q(z|x) over codes [batch, 2]
code [batch, 2] --decode--> likelihood p(x|z) of images [batch, 28, 28]
"""

from typing import Any, Sequence, Tuple

from vae_graph import errors, registry
from vae_graph.compat import require_graph_mode, tf
from vae_graph.config import ModelConfig
from vae_graph.inputs import checked_tensor, checked_values
from vae_graph.likelihoods import Likelihood
from vae_graph.posteriors import Posterior
from vae_graph.priors import Prior


class VAE:
  """Encoder, decoder and prior, with all their variables.

  Encoder and decoder are templates, which share their variables between calls.
  Their scopes, `encoder` and `decoder` under the scope that is open, and all
  variables are made here: neither names nor their order depend on what is
  called later, or on where. That holds inside `tf.while_loop` and
  `tf.wrap_function` too, where TensorFlow lifts variables out.

  What is open around the making counts for all calls, as with any template: the
  scope, its initializer, a partitioner, which makes the variables partitioned,
  and a `custom_getter`, as that of averaged weights in docs/graph.md. What is
  open around a call is not asked.

  Args:
    model_config: a `ModelConfig`.
    image_shape: `(height, width)` or `(height, width, channels)`.

  Attributes:
    model_config, image_shape: as given.
    prior: the prior p(z); see priors/.
    variables: tuple of the trainable variables: the encoder's, the decoder's
      and the prior's, each in the order in which a call uses them. Of
      partitioned ones, the shards, as optimizers and savers take them.

  Raises:
    GraphModeError: eager execution is on.
    ConfigError: `image_shape` is not the shape of an image, or of one that is
      too small for the network; or a part is not whole, or makes a variable
      that is not trained.
  """

  def __init__(
    self, model_config: ModelConfig, image_shape: Sequence[int]
  ) -> None:
    require_graph_mode("VAE")
    self.model_config = model_config
    self.image_shape: Tuple[int, ...] = _checked_shape(image_shape)
    self._network = registry.load(registry.NETWORKS, model_config.network)
    self._posterior = registry.load(registry.POSTERIORS, model_config.posterior)
    self._likelihood = registry.load(
      registry.LIKELIHOODS, model_config.likelihood
    )
    self._encoder = tf.make_template(
      "encoder", self._encode, create_scope_now_=True
    )
    self._decoder = tf.make_template(
      "decoder", self._decode, create_scope_now_=True
    )
    # A call makes the variables; nothing fetches its ops. The name scope leaves
    # the names encoder and decoder to the ops of the calls that count.
    with tf.name_scope("make_variables"):
      posterior = self._encoder(tf.zeros([1, *self.image_shape]))
      likelihood = self._decoder(tf.zeros([1, model_config.code_size]))
    prior = registry.load(registry.PRIORS, model_config.prior)
    self.prior: Prior = prior(model_config, self)
    _check_trained(self._encoder, self._decoder)
    _check_complete(f"posterior {model_config.posterior}", posterior, Posterior)
    _check_complete(f"prior {model_config.prior}", self.prior, Prior)
    _check_complete(
      f"likelihood {model_config.likelihood}", likelihood, Likelihood
    )
    self.variables: Tuple[tf.Variable, ...] = (
      *self._encoder.trainable_variables,
      *self._decoder.trainable_variables,
      *(shard for each in self.prior.variables for shard in _shards(each)),
    )

  def encode(self, images: Any, *, check_values: bool = False) -> Posterior:
    """Returns the posterior q(z|x).

    Args:
      images: float32 `[batch, *image_shape]` in [0, 1]; `vae_graph.pixels`
        makes them of uint8.
      check_values: whether the run raises an `InvalidArgumentError`, with the
        values found, where one is outside of [0, 1] or NaN.

    Returns:
      A posterior over codes `[batch, code_size]`; see posteriors/.

    Raises:
      TensorError: `images` are of another dtype or shape.
    """
    images = self.checked_images(images, op="encode", check_values=check_values)
    return self._encoder(images)

  def decode(self, code: Any) -> Likelihood:
    """Returns the likelihood p(x|z).

    Args:
      code: float32 `[batch, code_size]`.

    Returns:
      A distribution of images `[batch, *image_shape]`; see likelihoods/.

    Raises:
      TensorError: `code` is of another dtype or shape.
    """
    size = self.model_config.code_size
    code = checked_tensor(
      code,
      [size],
      what="decode: code",
      integer_remedy="pass tf.cast(code, tf.float32)",
      shape_remedy=f"pass codes of the model's code_size, {size}",
    )
    return self._decoder(code)

  def checked_images(self, images, *, op, check_values=False):
    """Images as a tensor that this model can take.

    Args:
      images: float32 `[batch, *image_shape]` in [0, 1]: a tensor, or an array
        or list of floats.
      op: name of what takes them, for the message.
      check_values: as of `encode`.

    Returns:
      The tensor, with all but the batch known of its shape. Where they were not
      known, its run raises an `InvalidArgumentError` if they are others.

    Raises:
      TensorError: they are of another dtype or shape. Nothing is made then.
    """
    images = checked_tensor(
      images,
      self.image_shape,
      what=f"{op}: images",
      integer_remedy="pass vae_graph.pixels(images)",
      shape_remedy="reshape them, or make the VAE with their image_shape",
    )
    return checked_values(images, op=op) if check_values else images

  def _encode(self, images):
    height, width, channels = self._pixels_shape()
    images = tf.reshape(images, [-1, height, width, channels])
    features = self._network.encoder(images, self.model_config)
    return self._posterior(features, self.model_config)

  def _decode(self, code):
    height, width, channels = self._pixels_shape()
    per_pixel = self._likelihood.parameters_per_pixel(self.model_config)
    parameters = self._network.decoder(
      code, self.model_config, (height, width), channels * per_pixel
    )
    return self._likelihood(parameters, self.image_shape, self.model_config)

  def _pixels_shape(self):
    return (self.image_shape + (1,))[:3]


def _checked_shape(image_shape):
  shape = tuple(int(size) for size in image_shape)
  if len(shape) not in (2, 3) or min(shape) < 1:
    raise errors.ConfigError(
      "image_shape must be (height, width) or (height, width, channels),"
      f" found {shape}"
    )
  return shape


def _shards(variable):
  """Returns the shards of a partitioned variable, or itself."""
  return tuple(variable) if hasattr(variable, "as_tensor") else (variable,)


# What is asked of every part; the rest, of those whose facts promise it.
_ASKED = {
  Posterior: ("mean", "stddev", "sample_and_log_prob"),
  Prior: ("variables", "sample", "log_prob"),
  Likelihood: ("mean", "sample", "log_prob", "log_prob_of_one"),
}


def _check_complete(name, part, base):
  """Raises where a part, perhaps one without its base class, is not whole."""
  missing = [each for each in _ASKED[base] if not hasattr(part, each)]
  if missing:
    raise errors.ConfigError(
      f"{name} has no {' and no '.join(missing)}; inherit"
      f" {base.__module__.rpartition('.')[0]}.{base.__name__}, and define what"
      " it can"
    )


def _check_trained(*templates):
  """Raises where a template made a variable that checkpoints would lack."""
  for template in templates:
    trained = {each.name for each in template.trainable_variables}
    for each in template.global_variables:
      if each.name not in trained:
        raise errors.ConfigError(
          f"variable {each.name} is not trainable, but a model's variables are"
          " saved and restored as those that are; make it trainable, or a"
          " constant"
        )
