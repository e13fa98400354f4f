"""The variational autoencoder: an encoder, a decoder and a prior.

images [batch, 28, 28] --encode--> posterior q(z|x) over codes [batch, 2]
code [batch, 2] --decode--> likelihood p(x|z) of images [batch, 28, 28]
"""

from vae_graph import errors, registry
from vae_graph.compat import require_graph_mode, tf


class VAE:
  """Encoder and decoder that share their variables between calls.

  Both are templates whose scopes, `encoder` and `decoder` under the scope that
  is open, are made here: variable names do not depend on what is called first.

  Args:
    config: a `ModelConfig`.
    image_shape: `(height, width)` or `(height, width, channels)`.

  Raises:
    GraphModeError: eager execution is on.
    ConfigError: `image_shape` is not the shape of an image.
  """

  def __init__(self, config, image_shape):
    require_graph_mode("VAE")
    self.config = config
    self.image_shape = _checked_shape(image_shape)
    self._network = registry.load(registry.NETWORKS, config.network)
    self._posterior = registry.load(registry.POSTERIORS, config.posterior)
    self._likelihood = registry.load(registry.LIKELIHOODS, config.likelihood)
    self._encoder = tf.make_template(
      "encoder", self._encode, create_scope_now_=True
    )
    self._decoder = tf.make_template(
      "decoder", self._decode, create_scope_now_=True
    )
    self.prior = registry.load(registry.PRIORS, config.prior)(config, self)

  def encode(self, images):
    """Returns the posterior q(z|x).

    Args:
      images: float32 `[batch, *image_shape]` in [0, 1].

    Returns:
      A posterior over codes `[batch, code_size]`; see posteriors/.

    Raises:
      ConfigError: `images` has another shape.
    """
    images = tf.convert_to_tensor(images, tf.float32)
    if not images.shape[1:].is_compatible_with(self.image_shape):
      raise errors.ConfigError(
        f"encode: images of shape {list(self.image_shape)} expected, found"
        f" {images.shape.as_list()[1:]} in tensor {images.name}"
      )
    return self._encoder(images)

  def decode(self, code):
    """Returns the likelihood p(x|z).

    Args:
      code: float32 `[batch, code_size]`.

    Returns:
      A distribution of images `[batch, *image_shape]`; see likelihoods/.
    """
    return self._decoder(tf.convert_to_tensor(code, tf.float32))

  @property
  def variables(self):
    """The trainable variables that calls so far have made."""
    return (
      *self._encoder.trainable_variables,
      *self._decoder.trainable_variables,
      *self.prior.variables,
    )

  def _encode(self, images):
    height, width, channels = self._pixels_shape()
    images = tf.reshape(images, [-1, height, width, channels])
    features = self._network.encoder(images, self.config)
    return self._posterior(features, self.config)

  def _decode(self, code):
    height, width, channels = self._pixels_shape()
    channels_out = channels * self._likelihood.parameters_per_pixel(self.config)
    parameters = self._network.decoder(
      code, self.config, (height, width), channels_out
    )
    return self._likelihood(parameters, self.image_shape, self.config)

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
