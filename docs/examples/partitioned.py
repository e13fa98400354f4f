"""A VAE whose variables are in shards, and the same one without.

The partitioner is that of the scope in which the `VAE` is made. Shards begin as
parts of what the whole variable would begin with, and a checkpoint holds one
tensor for all of them, so that it restores with another partitioner or none.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    encoder/dense/kernel/part_0 (392, 200)
    encoder/dense/kernel/part_1 (392, 200)
    in the checkpoint: encoder/dense/kernel (784, 200)
    restored without shards, the same codes: True
"""

import numpy as np
import tensorflow.compat.v1 as tf

import vae_graph

MODEL = vae_graph.ModelConfig(hidden_units=(200, 200), code_size=2)
DIGITS = vae_graph.load_dataset(vae_graph.DataConfig()).test.images[:10]


def train():
  """Trains in shards; returns the checkpoint and the codes."""
  with tf.variable_scope("", partitioner=tf.fixed_size_partitioner(2)):
    vae = vae_graph.VAE(MODEL, image_shape=(28, 28))
  for shard in vae.variables[:2]:
    print(shard.op.name, tuple(shard.shape.as_list()))
  images = vae_graph.pixels(DIGITS)
  loss = vae_graph.elbo(vae, images, seed=(0, 0)).loss
  train_step = tf.train.AdamOptimizer().minimize(loss, var_list=vae.variables)
  codes = vae.encode(images).mean
  with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    session.run(train_step)
    return tf.train.Saver().save(session, "./sharded"), session.run(codes)


def restore(checkpoint):
  """Returns the codes of the same weights, without shards."""
  vae = vae_graph.VAE(MODEL, image_shape=(28, 28))
  codes = vae.encode(vae_graph.pixels(DIGITS)).mean
  with tf.Session() as session:
    vae_graph.restore_by_name(checkpoint, vae.variables)(session)
    return session.run(codes)


def main():
  with tf.Graph().as_default():
    checkpoint, sharded = train()
  name = "encoder/dense/kernel"
  shapes = dict(tf.train.list_variables(checkpoint))
  print(f"in the checkpoint: {name} {tuple(shapes[name])}")
  with tf.Graph().as_default():
    whole = restore(checkpoint)
  same = np.allclose(whole, sharded, atol=1e-4)
  print(f"restored without shards, the same codes: {same}")


if __name__ == "__main__":
  main()
