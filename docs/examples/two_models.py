"""Two VAEs in one graph, each under a scope, with the weights of runs.

What `vae_graph.train` has saved as `encoder/...` goes into a VAE under any
scope, by the mapping that `tf.train.init_from_checkpoint` takes, too.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    day/encoder/dense/kernel, night/encoder/dense/kernel
    the run's weights are in the first: True
    the second has its own: True
"""

import numpy as np
import tensorflow.compat.v1 as tf

import vae_graph

tf.disable_v2_behavior()


def main():
  config = vae_graph.ExperimentConfig(
    training=vae_graph.TrainingConfig(train_steps=20)
  )
  vae_graph.train(config, "runs/day")

  with tf.variable_scope("day"):
    day = vae_graph.VAE(config.model, image_shape=(28, 28))
  with tf.variable_scope("night"):
    night = vae_graph.VAE(config.model, image_shape=(28, 28))
  print(day.variables[0].op.name, night.variables[0].op.name, sep=", ")
  restore = vae_graph.restore_by_name(
    "runs/day", day.variables, assignment_map={"/": "day/"}
  )

  with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    restore(session)
    kernels = session.run([day.variables[0], night.variables[0]])

  checkpoint = tf.train.latest_checkpoint("runs/day")
  trained = tf.train.load_variable(checkpoint, "encoder/dense/kernel")
  same = [np.array_equal(kernel, trained) for kernel in kernels]
  print(f"the run's weights are in the first: {same[0]}")
  print(f"the second has its own: {not same[1]}")


if __name__ == "__main__":
  main()
