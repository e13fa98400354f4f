"""Dynamic binarization: pixels drawn anew each time an image is seen."""

from vae_graph.compat import tf
from vae_graph.randomness import uniform


def binarize(images, seed):
  """Draws black and white images from gray ones.

  Args:
    images: float32 `[batch, ...]`, each pixel the probability of a 1.
    seed: integer tensor `[2]`, see `randomness.step_seed`.

  Returns:
    float32 of 0 and 1, of the same shape.
  """
  noise = uniform(tf.shape(images), seed)
  return tf.cast(noise < images, tf.float32)
