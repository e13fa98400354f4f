"""Trains a VAE in a `MonitoredTrainingSession` of one's own.

Session, hooks, checkpoints and summaries are TensorFlow's; the library gives
the model and its loss. Started again, it goes on from the last checkpoint.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    runs/monitored/model.ckpt-20: ELBO N nats per image
"""

import tensorflow.compat.v1 as tf

import vae_graph


def main():
  digits = vae_graph.load_dataset(vae_graph.DataConfig()).train.images
  with tf.Graph().as_default():
    batches = tf.data.Dataset.from_tensor_slices(digits).repeat().batch(100)
    images = tf.data.make_one_shot_iterator(batches).get_next()
    step = tf.train.get_or_create_global_step()
    vae = vae_graph.VAE(vae_graph.ModelConfig(), image_shape=(28, 28))
    seed = vae_graph.step_seed(0, step)
    terms = vae_graph.elbo(vae, vae_graph.pixels(images), seed=seed)
    elbo = tf.reduce_mean(terms.elbo)
    tf.summary.scalar("elbo", elbo)
    optimizer = tf.train.AdamOptimizer(1e-3)
    train_step = optimizer.minimize(terms.loss, global_step=step)

    hooks = [
      tf.train.StopAtStepHook(last_step=20),
      tf.train.NanTensorHook(terms.loss),
      tf.train.LoggingTensorHook({"elbo": elbo}, every_n_iter=10),
    ]
    with tf.train.MonitoredTrainingSession(
      checkpoint_dir="runs/monitored", save_summaries_steps=10, hooks=hooks
    ) as session:
      while not session.should_stop():
        _, last_elbo = session.run([train_step, elbo])
  checkpoint = tf.train.latest_checkpoint("runs/monitored")
  print(f"{checkpoint}: ELBO {last_elbo:.2f} nats per image")


if __name__ == "__main__":
  main()
