"""Averaged weights in a program's own graph: evaluated there, and restored.

The averages are TensorFlow's, of `vae.variables`. A second `VAE` in the same
graph reads them in place of variables of its own. The `custom_getter` is open
when that is made: open around a call, it would not be asked, for encoder and
decoder are templates.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    ELBO by the weights: N, by their averages: N nats per image
    ELBO by the averages, restored into another graph: N nats per image
"""

import numpy as np
import tensorflow.compat.v1 as tf

import vae_graph

DATA = vae_graph.DataConfig(dataset="mnist_10k")
MODEL = vae_graph.ModelConfig(hidden_units=(50,), code_size=2)


def mean_elbo(vae, digits):
  terms = vae_graph.elbo(vae, vae_graph.pixels(digits), seed=(1, 2))
  return tf.reduce_mean(terms.elbo)


def train(dataset):
  """Trains 50 steps; returns the averages' ELBO and the checkpoint."""
  step = tf.train.get_or_create_global_step()
  vae = vae_graph.VAE(MODEL, image_shape=(28, 28))
  digits = tf.placeholder(tf.uint8, [None, 28, 28])
  terms = vae_graph.elbo(
    vae, vae_graph.pixels(digits), seed=vae_graph.step_seed(0, step)
  )
  average = tf.train.ExponentialMovingAverage(0.99, step)
  update = tf.train.AdamOptimizer(1e-3).minimize(terms.loss, global_step=step)
  with tf.control_dependencies([update]):
    train_step = average.apply(vae.variables)

  variables = {variable.op.name: variable for variable in vae.variables}

  def read_average(getter, name, *args, **kwargs):
    del getter, args, kwargs  # It makes no variable.
    return average.average(variables[name[len("averaged/") :]])

  with tf.variable_scope("averaged", custom_getter=read_average):
    averaged_vae = vae_graph.VAE(MODEL, image_shape=(28, 28))

  elbos = [mean_elbo(each, dataset.test.images) for each in (vae, averaged_vae)]
  with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for start in range(0, 5000, 100):
      batch = dataset.train.images[start : start + 100]
      session.run(train_step, {digits: batch})
    last, averaged = session.run(elbos)
    print(
      f"ELBO by the weights: {last:.1f}, by their averages: {averaged:.1f} nats"
      " per image"
    )
    path = tf.train.Saver().save(session, "averaged/model.ckpt", step)
  return averaged, path


def restore(checkpoint, dataset):
  """Returns the ELBO of the averages alone."""
  vae = vae_graph.VAE(MODEL, image_shape=(28, 28))
  elbo = mean_elbo(vae, dataset.test.images)
  with tf.Session() as session:
    vae_graph.restore_by_name(checkpoint, vae.variables, averaged=True)(session)
    return session.run(elbo)


def main():
  dataset = vae_graph.load_dataset(DATA)
  with tf.Graph().as_default():
    averaged, checkpoint = train(dataset)
  with tf.Graph().as_default():
    elbo = restore(checkpoint, dataset)
  print(
    f"ELBO by the averages, restored into another graph: {elbo:.1f} nats per"
    " image"
  )
  np.testing.assert_allclose(elbo, averaged, rtol=1e-5)


if __name__ == "__main__":
  main()
