"""Makes a run of a checkpoint that a program of its own has written.

Its layers are numbered as `tf.layers` does. What is imported goes on training
from its step, and all that takes a run takes it: `docs/import.md` has more.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    by layout tf_layers at step 5, test ELBO N nats per image
    went on to step 20, test ELBO N nats per image
"""

import tensorflow.compat.v1 as tf

import vae_graph

# As a graph that counts all its layers in one names them.
SHAPES = {
  "net/dense": (784, 100),
  "net/dense_1": (100, 2),
  "net/dense_2": (100, 2),
  "net/dense_3": (2, 100),
  "net/dense_4": (100, 784),
}


def save_somewhere(prefix):
  """Stands for the program that was trained."""
  with tf.Graph().as_default(), tf.Session() as session:
    for layer, (size_in, size_out) in SHAPES.items():
      with tf.variable_scope(layer):
        tf.get_variable("kernel", [size_in, size_out])
        tf.get_variable("bias", [size_out], initializer=tf.zeros_initializer())
    step = tf.train.get_or_create_global_step()
    session.run(tf.global_variables_initializer())
    session.run(step.assign(5))
    tf.train.Saver().save(session, prefix, global_step=5)


def main():
  save_somewhere("old/model.ckpt")
  # What was trained, and how training is to go on.
  config = vae_graph.ExperimentConfig(
    model=vae_graph.ModelConfig(hidden_units=(100,), code_size=2),
    training=vae_graph.TrainingConfig(train_steps=20),
  )
  result = vae_graph.import_checkpoint(
    "old", "runs/imported", experiment_config=config
  )
  elbo = result.means["elbo"]
  print(
    f"by layout {result.layout} at step {result.step}, test ELBO {elbo:.2f}"
    " nats per image"
  )
  trained = vae_graph.train(config, "runs/imported")
  elbo = trained.metrics["test_elbo"]
  print(f"went on to step {trained.step}, test ELBO {elbo:.2f} nats per image")


if __name__ == "__main__":
  main()
