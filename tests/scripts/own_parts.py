"""A program outside of the package, with a part of its own in each family.

    python -m tests.scripts.own_parts BINARY FLAGS

runs the binary's `main` where the parts are registered.
"""

import importlib
import sys

import numpy as np

from vae_graph import Dataset, Split, layers, parts, registry
from vae_graph.compat import tf, tfd
from vae_graph.layers import variable
from vae_graph.likelihoods import Likelihood
from vae_graph.objectives import make_terms, objective
from vae_graph.posteriors import Posterior
from vae_graph.priors import Prior
from vae_graph.randomness import normal, uniform


class HalvedNetwork:
  """Each hidden layer has half the units of --hidden_units."""

  @staticmethod
  def encoder(images, model_config):
    hidden = layers.flatten(images)
    for units in model_config.hidden_units:
      hidden = layers.dense(hidden, units // 2, activation=tf.nn.relu)
    return hidden

  @staticmethod
  def decoder(code, model_config, image_shape, channels_out):
    del model_config
    height, width = image_shape
    hidden = layers.dense(code, height * width * channels_out)
    return tf.reshape(hidden, [-1, height, width, channels_out])


class LaplacePosterior(Posterior):
  """Independent Laplace distributions."""

  def __init__(self, features, model_config):
    self.mean = layers.dense(features, model_config.code_size)
    scale = layers.dense(
      features, model_config.code_size, activation=tf.nn.softplus
    )
    self._distribution = tfd.Independent(tfd.Laplace(self.mean, scale), 1)
    self._scale = scale

  def _sample_and_log_prob(self, seed, sample_shape):
    shape = tf.concat([sample_shape, tf.shape(self.mean)], axis=0)
    noise = uniform(shape, seed, batch_axis=len(sample_shape)) - 0.5
    noise = -tf.sign(noise) * tf.math.log1p(-1.9999 * tf.abs(noise))
    code = self.mean + self._scale * noise
    code.set_shape(list(sample_shape) + self.mean.shape.as_list())
    return code, self._log_prob(code)

  def _log_prob(self, code):
    return self._distribution.log_prob(code)

  def _kl_divergence(self, prior):
    """Returns KL(q || p) to `WideNormal`, in closed form."""
    width, size = prior.width(), float(int(self.mean.shape[-1]))
    entropy = self._distribution.entropy()
    squares = tf.reduce_sum(self.mean**2 + 2.0 * self._scale**2, axis=-1)
    constant = size * (0.5 * np.log(2.0 * np.pi) + tf.log(width))
    return constant + 0.5 * squares / width**2 - entropy


class WideNormal(Prior):
  """A Gaussian whose width is learned."""

  def __init__(self, model_config, vae):
    del vae
    self._size = model_config.code_size
    with tf.variable_scope(None, default_name="prior"):
      self._log_width = variable(
        "log_width", [], initializer=tf.zeros_initializer()
      )
    self.variables = (self._log_width,)

  def width(self):
    return tf.exp(self._log_width)

  def _sample(self, n, seed):
    return self.width() * normal([n, self._size], seed)

  def _log_prob(self, code):
    log_probs = tfd.Normal(0.0, self.width()).log_prob(code)
    return tf.reduce_sum(log_probs, axis=-1)


class LaplacePixels(Likelihood):
  """Independent gray pixels with sharp peaks."""

  def __init__(self, parameters, image_shape, model_config):
    super().__init__(parameters, image_shape, model_config)
    self._means = tf.sigmoid(tf.reshape(parameters, [-1, *image_shape]))

  def _mean(self):
    return self._means

  _mode = _mean

  def _sample(self, seed):
    noise = normal(tf.shape(self._means), seed)
    return tf.clip_by_value(self._means + 0.1 * noise, 0.0, 1.0)

  def _log_prob(self, images):
    log_probs = tfd.Laplace(self._means, 0.1).log_prob(images)
    axes = list(range(1, len(self._means.shape)))
    return tf.reduce_sum(log_probs, axis=axes)


@objective
def worst_elbo(vae, images, seed, *, config=None, step=None):
  """The bound of the batch's worst image."""
  del config, step
  posterior = vae.encode(images)
  code, log_q = posterior.sample_and_log_prob(seed)
  likelihood = vae.decode(code)
  rate = log_q - vae.prior.log_prob(code)
  distortion = -likelihood.log_prob(images)
  return make_terms(
    tf.reduce_max(rate + distortion),
    rate=rate,
    distortion=distortion,
    posterior=posterior,
    code=code,
    likelihood=likelihood,
  )


def load_stripes(data_config):
  """Returns gray stripes of two directions."""
  del data_config
  levels = np.random.RandomState(0).randint(0, 256, (60, 8), np.uint8)
  images = np.repeat(levels[:, :, np.newaxis], 8, axis=2)
  images[::2] = images[::2].transpose(0, 2, 1)
  labels = np.arange(60) % 2
  return Dataset(
    Split(images[:40], labels[:40]), Split(images[40:], labels[40:])
  )


def adagrad(learning_rate, training_config):
  del training_config
  return tf.train.AdagradOptimizer(learning_rate)


def halving(step, training_config):
  return 0.5 ** (step / training_config.decay_steps)


def register():
  """Registers them all."""
  registry.NETWORKS["halved"] = parts.Network(
    HalvedNetwork, "dense, of half the units", reads=("hidden_units",)
  )
  registry.POSTERIORS["laplace"] = parts.Posterior(
    LaplacePosterior,
    "independent Laplace distributions",
    reads=(),
    has_log_prob=True,
    has_analytic_kl=lambda prior: prior.target is WideNormal,
  )
  registry.PRIORS["wide"] = parts.Prior(
    WideNormal, "a Gaussian whose width is learned", reads=()
  )
  registry.LIKELIHOODS["laplace_pixels"] = parts.Likelihood(
    LaplacePixels, "sharp gray pixels", reads=(), pixels="density"
  )
  registry.OBJECTIVES["worst"] = parts.Objective(
    worst_elbo, "the worst image's bound", reads=(), is_of_whole_batch=True
  )
  registry.DATASETS["stripes"] = load_stripes
  registry.OPTIMIZERS["adagrad"] = adagrad
  registry.SCHEDULES["halving"] = parts.Schedule(
    halving, "halved each --decay_steps", reads=("decay_steps",)
  )


FLAGS = (
  "--network=halved",
  "--hidden_units=16",
  "--posterior=laplace",
  "--prior=wide",
  "--likelihood=laplace_pixels",
  "--dataset=stripes",
  "--batch_size=10",
  "--optimizer=adagrad",
  "--learning_rate_schedule=halving",
  "--decay_steps=50",
)

if __name__ == "__main__":
  register()
  binary = importlib.import_module(f"scripts.{sys.argv.pop(1)}")
  importlib.import_module("scripts.app").run(binary.main)
