"""A program with flags of its own, and the model's under a prefix.

    python own_flags.py --vae_code_size=3 --code_size=9

`--code_size` is this program's, `--vae_code_size` the model's: `define_flags`
adds a flag for each setting, and returns the function that reads them.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    an order code of 7 digits
    images to codes of 2 numbers: encoder/dense_2 (200, 2)
"""

import tensorflow.compat.v1 as tf
from absl import app, flags

import vae_graph

_CODE_SIZE = flags.DEFINE_integer("code_size", 7, "Digits of an order code.")
_model_config = vae_graph.define_flags(vae_graph.ModelConfig, prefix="vae_")


def main(_):
  # Flags are read, and the settings checked, here rather than at import.
  model_config = _model_config()
  with tf.Graph().as_default():
    vae = vae_graph.VAE(model_config, image_shape=(28, 28))
    shapes = {v.op.name: v.shape.as_list() for v in vae.variables}
  print(f"an order code of {_CODE_SIZE.value} digits")
  print(
    f"images to codes of {model_config.code_size} numbers: encoder/dense_2"
    f" {tuple(shapes['encoder/dense_2/kernel'])}"
  )


if __name__ == "__main__":
  app.run(main)
