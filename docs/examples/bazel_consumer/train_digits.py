"""Trains a VAE in a graph of its own, by flags of its own.

    bazel run //:train_digits -- --code_size=7 --vae_code_size=2

`--code_size` is this program's; the model's settings are under `--vae_`.
"""

import tensorflow.compat.v1 as tf
from absl import app, flags

import vae_graph

_CODE_SIZE = flags.DEFINE_integer("code_size", 7, "Digits of an order's code.")
_STEPS = flags.DEFINE_integer("steps", 20, "Training steps.", lower_bound=1)
_model_config = vae_graph.define_flags(vae_graph.ModelConfig, prefix="vae_")


def train(model_config, steps):
  """Trains on the digits that come along.

  Args:
    model_config: a `vae_graph.ModelConfig`.
    steps: how many steps of 100 images.

  Returns:
    The loss of each step, in nats per image.
  """
  pixels = vae_graph.load_dataset(vae_graph.DataConfig()).train.images
  with tf.Graph().as_default(), tf.Session() as session:
    images = tf.placeholder(tf.float32, [None, *pixels.shape[1:]])
    vae = vae_graph.VAE(model_config, pixels.shape[1:])
    step = tf.train.get_or_create_global_step()
    terms = vae_graph.elbo(vae, images, seed=vae_graph.step_seed(0, step))
    train_step = tf.train.AdamOptimizer().minimize(terms.loss, step)
    session.run(tf.global_variables_initializer())
    batches = [pixels[100 * i : 100 * (i + 1)] / 255 for i in range(steps)]
    return [
      session.run([terms.loss, train_step], {images: batch})[0]
      for batch in batches
    ]


def main(_):
  model_config = _model_config()
  losses = train(model_config, _STEPS.value)
  print(f"order code of {_CODE_SIZE.value} digits")
  print(f"code of {model_config.code_size} numbers")
  print(f"loss {losses[0]:.1f}, then {losses[-1]:.1f} nats per image")


if __name__ == "__main__":
  app.run(main)
