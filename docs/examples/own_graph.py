"""A VAE in a graph and a session of the program's own.

Placeholder, optimizer, saver and loop are the program's; the library gives the
model and its loss, at the step that `global_step` says. `pixels` makes float32
in [0, 1] of bytes, and with `check_values=True` the graph refuses what is not.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    step 1: loss N nats per image
    step 20: loss N nats per image
    bytes that are not scaled are refused
    10 samples: (10, 28, 28)
    saved: encoder/dense/kernel, decoder/dense_2/bias and N others
"""

import tensorflow.compat.v1 as tf

import vae_graph

tf.disable_v2_behavior()


def main():
  digits = vae_graph.load_dataset(vae_graph.DataConfig()).train.images  # uint8

  images = tf.placeholder(tf.float32, [None, 28, 28])  # in [0, 1]
  model_config = vae_graph.ModelConfig(hidden_units=(200, 200), code_size=2)
  vae = vae_graph.VAE(model_config, image_shape=(28, 28))
  step = tf.train.get_or_create_global_step()
  terms = vae_graph.elbo(
    vae, images, seed=vae_graph.step_seed(0, step), check_values=True
  )
  train_step = tf.train.AdamOptimizer().minimize(terms.loss, global_step=step)
  samples = vae.decode(vae.prior.sample(10, seed=(1, 2))).mean()
  saver = tf.train.Saver()

  with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for number in range(1, 21):
      batch = vae_graph.pixels(digits[100 * number : 100 * (number + 1)])
      loss, _ = session.run([terms.loss, train_step], {images: batch})
      if number in (1, 20):
        print(f"step {number}: loss {loss:.1f} nats per image")
    try:
      session.run(terms.loss, {images: digits[:100]})
    except tf.errors.InvalidArgumentError:
      print("bytes that are not scaled are refused")
    print(f"10 samples: {session.run(samples).shape}")
    path = saver.save(session, "./model.ckpt", global_step=step)

  names = [name for name, _ in tf.train.list_variables(path)]
  known = ["encoder/dense/kernel", "decoder/dense_2/bias"]
  assert set(known) <= set(names)
  print(f"saved: {', '.join(known)} and {len(names) - 2} others")


if __name__ == "__main__":
  main()
