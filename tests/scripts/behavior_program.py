"""Prints hashes of small models after two steps.

Its arguments are the functions of TensorFlow that a program may begin with,
such as `disable_v2_behavior`.
"""

import hashlib
import sys

import numpy as np
import tensorflow.compat.v1 as tf

import vae_graph

# Between them, most parts of a model; the first in a loop, too.
_MODELS = (
  (
    "elbo_mc",
    {"posterior": "iaf", "prior": "mixture", "likelihood": "gaussian"},
  ),
  (
    "iwae",
    {
      "posterior": "full_covariance",
      "prior": "vamp",
      "prior_components": 3,
      "likelihood": "continuous_bernoulli",
    },
  ),
  ("elbo", {"network": "tanh_conv", "likelihood": "discretized_logistic"}),
  ("mmd_vae", {"posterior": "deterministic"}),
)


def train(objective, settings, in_loop):
  """Returns the last loss, and the variables, of two steps."""
  model_config = vae_graph.ModelConfig(code_size=3, **settings)
  images = np.random.RandomState(0).rand(5, 13, 13).astype(np.float32)
  with tf.Graph().as_default(), tf.Session() as session:
    vae = vae_graph.VAE(model_config, (13, 13))
    optimizer = tf.train.MomentumOptimizer(0.001, 0.9)

    def step(index, _):
      terms = getattr(vae_graph, objective)(
        vae, images, vae_graph.step_seed(0, index)
      )
      gradients = optimizer.compute_gradients(terms.loss, vae.variables)
      with tf.control_dependencies([optimizer.apply_gradients(gradients)]):
        return index + 1, tf.identity(terms.loss)

    start = (tf.constant(0), tf.constant(0.0))
    if in_loop:
      result = tf.while_loop(lambda index, _: index < 2, step, start)
    else:
      result = step(*start)
    session.run(tf.global_variables_initializer())
    for _ in range(1 if in_loop else 2):
      found = session.run(result)
    return found, session.run(vae.variables)


def main():
  for name in sys.argv[1:]:
    getattr(tf, name)()
  for index, (objective, settings) in enumerate(_MODELS):
    for in_loop in (False, True) if index == 0 else (False,):
      values = tf.nest.flatten(train(objective, settings, in_loop))
      bits = b"".join(np.asarray(value).tobytes() for value in values)
      print(objective, hashlib.sha256(bits).hexdigest())


if __name__ == "__main__":
  main()
