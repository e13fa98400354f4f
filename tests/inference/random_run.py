"""A run whose weights nobody has trained."""

import dataclasses

import vae_graph
from tests.training.toy import toy_config
from vae_graph.compat import tf
from vae_graph.runs.directory import RunDirectory

SHAPE = (6, 5)


def make_run(folder, steps=(3, 7), **model):
  """A run of random weights that differ from step to step."""
  config = dataclasses.replace(
    toy_config(),
    model=vae_graph.ModelConfig(hidden_units=(8,), **model),
    objective=vae_graph.ObjectiveConfig(
      "mmd_vae" if model.get("posterior") == "deterministic" else "elbo_mc"
    ),
  )
  run = RunDirectory.open(folder, config, image_shape=SHAPE)
  with tf.Graph().as_default(), tf.Session() as session:
    vae = vae_graph.VAE(config.model, SHAPE)
    step = tf.train.get_or_create_global_step()
    session.run(tf.global_variables_initializer())
    saver = tf.train.Saver(max_to_keep=None)
    for number in steps:
      session.run(
        [each.assign_add(0.01 + 0.1 * each) for each in vae.variables]
      )
      session.run(step.assign(number))
      saver.save(session, run.checkpoint_prefix, global_step=number)
  return run
