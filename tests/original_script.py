"""Danijar Hafner's script of 2018, as a program that has old checkpoints."""

import contextlib

import numpy as np

from vae_graph.compat import tf, tfd


def train(prefix, images, noise, *, steps=20, scope=None, make_train_step=None):
  """Trains the script's graph a little, and saves it.

  Args:
    prefix: path of the checkpoint.
    images: float32 `[n, 28, 28]`.
    noise: float32 `[n, 2]`; the script draws it anew in each step.
    steps: how many.
    scope: of all that it makes, or None.
    make_train_step: function of the loss; by default Adam, without a count.

  Returns:
    The ELBO on the images and the noise, nats per image.
  """
  make_train_step = make_train_step or tf.train.AdamOptimizer(0.001).minimize
  with tf.Graph().as_default(), tf.Session() as session:
    tf.set_random_seed(1)
    with tf.variable_scope(scope) if scope else contextlib.nullcontext():
      encoder = tf.make_template("encoder", _make_encoder)
      decoder = tf.make_template("decoder", _make_decoder)
      data = tf.placeholder(tf.float32, [None, 28, 28])
      prior = tfd.MultivariateNormalDiag(tf.zeros(2), tf.ones(2))
      posterior = encoder(data, code_size=2)
      code = posterior.mean() + posterior.stddev() * noise
      likelihood = decoder(code, [28, 28]).log_prob(data)
      divergence = tfd.kl_divergence(posterior, prior)
      elbo = tf.reduce_mean(likelihood - divergence)
      train_step = make_train_step(-elbo)
    session.run(tf.global_variables_initializer())
    for _ in range(steps):
      session.run(train_step, {data: images})
    tf.train.Saver().save(session, prefix)
    return session.run(elbo, {data: images})


def elbo_of_vae(vae, images, noise):
  """Returns the same of a `VAE`, as a tensor."""
  posterior = vae.encode(images)
  code = posterior.mean + posterior.stddev * noise
  distortion = -vae.decode(code).log_prob(images)
  return -tf.reduce_mean(distortion + posterior.kl_divergence(vae.prior))


def _dense(inputs, units, activation=None):
  """`tf.layers.dense`, by its variables' names where Keras 3 has removed it."""
  try:
    return tf.layers.dense(inputs, units, activation)
  except AttributeError:
    with tf.variable_scope(None, default_name="dense"):
      shape = [int(inputs.shape[-1]), units]
      kernel = tf.get_variable("kernel", shape)
      bias = tf.get_variable("bias", [units])
      outputs = tf.matmul(inputs, kernel) + bias
      return outputs if activation is None else activation(outputs)


def _make_encoder(data, code_size):
  hidden = tf.reshape(data, [-1, 28 * 28])
  hidden = _dense(hidden, 200, tf.nn.relu)
  hidden = _dense(hidden, 200, tf.nn.relu)
  loc = _dense(hidden, code_size)
  scale = _dense(hidden, code_size, tf.nn.softplus)
  return tfd.MultivariateNormalDiag(loc, scale)


def _make_decoder(code, data_shape):
  hidden = _dense(code, 200, tf.nn.relu)
  hidden = _dense(hidden, 200, tf.nn.relu)
  logit = _dense(hidden, np.prod(data_shape))
  logit = tf.reshape(logit, [-1] + data_shape)
  return tfd.Independent(tfd.Bernoulli(logit), 2)
