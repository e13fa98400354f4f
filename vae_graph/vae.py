"""The variational autoencoder: an encoder, a decoder and a prior.

images [batch, 28, 28] --encode--> posterior q(z|x) over codes [batch, 2]
code [batch, 2] --decode--> likelihood p(x|z) of images [batch, 28, 28]
"""

from vae_graph import errors, registry
from vae_graph.compat import require_graph_mode, tf


class VAE:
  """Encoder, decoder and prior, with all their variables.

  Encoder and decoder are templates, which share their variables between calls.
  Their scopes, `encoder` and `decoder` under the scope that is open, and all
  variables are made here: neither names nor their order depend on what is
  called later, or on where. That holds inside `tf.while_loop` and
  `tf.wrap_function` too, where TensorFlow lifts variables out.

  Args:
    model_config: a `ModelConfig`.
    image_shape: `(height, width)` or `(height, width, channels)`.

  Attributes:
    model_config, image_shape: as given.
    prior: the prior p(z); see priors/.
    variables: tuple of the trainable variables: the encoder's, the decoder's
      and the prior's, each in the order in which a call uses them.

  Raises:
    GraphModeError: eager execution is on.
    ConfigError: `image_shape` is not the shape of an image, or of one that is
      too small for the network.
  """

  def __init__(self, model_config, image_shape):
    require_graph_mode("VAE")
    self.model_config = model_config
    self.image_shape = _checked_shape(image_shape)
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
      self._encoder(tf.zeros([1, *self.image_shape]))
      self._decoder(tf.zeros([1, model_config.code_size]))
    prior = registry.load(registry.PRIORS, model_config.prior)
    self.prior = prior(model_config, self)
    self.variables = (
      *self._encoder.trainable_variables,
      *self._decoder.trainable_variables,
      *self.prior.variables,
    )

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
