"""Counts the weights of a model, by the flags of vae_graph's own binaries.

    bazel run //:count_weights -- --network=tanh_conv --dataset=mnist_10k

`//flags:model` defines the model's flags, `//flags:data` those of the data set.
"""

import tensorflow.compat.v1 as tf
from absl import app

import vae_graph
from flags import data, model


def main(_):
  dataset = vae_graph.load_dataset(data.data_config())
  with tf.Graph().as_default():
    vae = vae_graph.VAE(model.model_config(), dataset.image_shape)
    print(sum(v.shape.num_elements() for v in vae.variables), "weights")


if __name__ == "__main__":
  app.run(main)
